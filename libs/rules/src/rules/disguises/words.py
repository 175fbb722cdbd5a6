"""Whether what stands on both sides of a sign are two words, or the halves of one."""

from typing import Final

_LIST: Final = (
    # Little words, and how they are written on a phone.
    "a i u r am an as at be by do go he hi if im in is it me mr my no of oh ok on or pm so to up ur"
    " us we ya yo all and any are bad big but can cos cry day did dnt end etc far few for fun get"
    " god got guy had has her hey him his how ive its jan job let lol lot mad man may men mom mum"
    " new not now off old omg one our out own pay per plz pls say sad see she sir sis sun sup ten"
    " the thx too try tue two use via was way wed who why wit wot yep yes yet you yup"
    " about after again also babe baby back been best call came cant come cool date dear does done"
    " dont down even ever every feel find fine first friday from gave getting give going gone good"
    " great guys happy hate have haha hear hello help here home hope hour house hows just keep kiss"
    " know last late later leave left life like little live long look lots love made make many mate"
    " maybe meet mind monday more morning most much must name near need never next nice night only"
    " over place play please pretty really right said same saturday seen send should show some"
    " someone soon sorry still such sunday sure take talk tell text than thank thanks that thats"
    " their them then there these they thing things think this those thought thursday time times"
    " today told tomorrow tonight took town tried tuesday until very wait waiting want wanted watch"
    " wednesday week weekend well went were what when where which while will wish with without word"
    " work working would wrong year years yesterday your yours"
    # What spam is made of.
    " access account act action activate address adult age alert amount app apply approved auction"
    " available award awarded bank bill bitcoin block blocked bonus box brand buy camera card cash"
    " casino charge cheap check chat choose claim click club code collect com comp congrats"
    " congratulations contact cost credit crypto customer deal debt delivery details dial discount"
    " double download draw earn easy email enter entry euro exclusive expires extra fast final fee"
    " forex form free gift girls guaranteed hot income info instant invest invite iphone join"
    " landline limited line link loan local log login lottery lucky meds message miss missed mobile"
    " money msg music network number offer online open optout order parcel password payment phone"
    " pics pin poly pounds price private prize profit promo quiz rate receive refund register reply"
    " request reward ring ringtone ringtones safe sale save security selected service sex sexy shop"
    " sign singles sms special spin start stop store subscribe support suspended tax terms tone"
    " tones top trade txt unlimited unlock unsubscribe update upgrade urgent valid verify video vip"
    " visit voucher wallet web weekly welcome win winner wins won www xxx"
)
_COMMON: Final = frozenset(_LIST.split())

_LONGEST: Final = 16
"""Letters of a word that are looked at: no common word is longer."""

_VOWELS: Final = frozenset("aeiouy")
_PLAUSIBLE: Final = 5
"""Letters from which on a word that is not common is believed to be one."""


def are_two_words(text: str, start: int, end: int) -> bool:
    """Return whether a part of a text, such as a sign, stands between two words: "now!call".

    Otherwise what touches it on its sides are the halves of one: "pr!ze". Two words are two common
    English ones, or a common one of three letters or more beside one that looks like a word.
    """
    first = start
    while first > max(0, start - _LONGEST) and text[first - 1].isalnum():
        first -= 1
    last = end
    while last < min(len(text), end + _LONGEST) and text[last].isalnum():
        last += 1
    left, right = text[first:start], text[end:last]
    if _is_common(left) and _is_common(right):
        return len(left) + len(right) > len("iu")
    return (_is_common(left) and len(left) >= len("now") and _is_plausible(right)) or (
        _is_common(right) and len(right) >= len("now") and _is_plausible(left)
    )


def _is_common(word: str) -> bool:
    return word in _COMMON or word.isdigit()


def _is_plausible(word: str) -> bool:
    return len(word) >= _PLAUSIBLE and (not word.isascii() or not _VOWELS.isdisjoint(word))
