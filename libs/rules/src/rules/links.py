"""What counts as a link in a text."""

import re
from typing import Final

# Top-level domains that make a link of "name.tld" alone, for none is a word that a careless writer
# puts behind a full stop ("ok.see you", "home.so tired"). "example" is for examples.
_PLAIN: Final = (
    r"com|net|org|info|biz|edu|gov|mil|xyz|top(?! up\b)|icu|cyou|sbs|cfd|example"
    r"|(?:co|com|net|org|gov|ac|me|ltd|plc|edu)\.[a-z]{2}|uk|eu|ru|su|cn|jp|kr|br|cz|dk|fi|pt|hu"
    r"|ua|vn|hk|tw|nz|pl|nl|fr|ly|gl|gd|cc|ws|io|gg|tk|gq|vu|kz|xn--[a-z0-9-]{1,59}"
)
# Those that need a path behind them: every country's, and the open ones that spam likes.
_WITH_PATH: Final = (
    r"[a-z]{2}|academy|agency|app|art|autos|bar|beauty|best|bet|bid|blog|bond|boutique|buzz|cam"
    r"|capital|cards|care|cash|casino|cat|center|chat|city|claims|click|cloud|club|codes|coffee"
    r"|community|company|contact|country|coupons|credit|date|dating|deals|delivery|dev|digital"
    r"|direct|discount|download|email|energy|exchange|expert|express|fans|finance|financial|fit"
    r"|fun|fund|fyi|gallery|game|games|gdn|gift|gifts|gives|global|gold|group|guru|hair|help|host"
    r"|homes|house|how|ink|ist|jobs|lat|life|limited|link|live|loan|loans|lol|ltd|makeup|market"
    r"|markets|mba|media|men|mobi|mom|money|monster|mortgage|motorcycles|name|network|news|ninja"
    r"|observer|one|online|ooo|page|party|pet|photos|pics|pictures|plus|porn|press|pro|promo|pub"
    r"|pw|quest|racing|realty|red|rent|repair|report|rest|restaurant|review|reviews|rip|rocks|run"
    r"|sale|school|science|services|sexy|sex|shop|shopping|show|singles|site|skin|social|solutions"
    r"|space|store|stream|studio|style|support|systems|tax|team|tech|tel|test|tips|today|tokyo"
    r"|tools|tours|town|toys|trade|trading|travel|tube|university|uno|vacations|ventures|video|vip"
    r"|watch|web|webcam|website|wiki|win|wine|work|works|world|wtf|yachts|zip|zone"
)
_DOT: Final = r"(?:\.|\u3002|[\[(](?:\.|dot)[\])])"
_LABEL: Final = r"[^\W_][\w-]{0,62}"

LINK: Final = re.compile(
    r"(?<![\w@])(?:h(?:tt|xx)ps?|ftp)(?::|\[:\])//\S+"
    rf"|(?<![\w@.-])www\d?{_DOT}[^\W_]\S*"
    rf"|(?<![\w@.+-])(?:{_LABEL}{_DOT}){{1,8}}"
    rf"(?:(?:{_PLAIN})(?![\w@-])(?:[/?:#]\S*)?|(?:{_WITH_PATH})(?::\d{{1,5}})?/\S+)"
    r"|(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?/\S*"
)
"""Pattern of one link in normalised text.

With a scheme ("https://", "hxxp://"); with "www."; a bare domain of a well-known top-level domain;
one of any other with a path; an IPv4 address with a path. Dots may be disguised: "bit[.]ly". An
e-mail address is none.
"""
