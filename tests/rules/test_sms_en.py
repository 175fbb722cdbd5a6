"""Facts about the shipped pack: what it catches, what it spares, and that disguise helps little."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rules.engine import Engine
from rules.loading import load_engine
from rules.pack import Rule, default_pack_path
from rules.views import Views
from trainer.dataset.corpus import Corpus
from trainer.rule_policy import load_rule_policy
from trainer.rule_quality.quality import assess

MIN_CAUGHT = 0.60
"""Share of the corpus's spam that the pack must catch, as `make rules` asks; it catches 0.72."""

POLICY = load_rule_policy(None, min_coverage=MIN_CAUGHT)

HONEST = [
    "card",
    "I won't",
    "I won the argument",
    "send me your card number for the hotel",
    "call me when you win",
    "free tonight?",
    "your parcel arrived, it's in the hall",
    "We won the cup! Call grandpa",
    "You won! I can't believe it. Claim your pizza tonight",
    "text MUM to say you're safe",
    "Can you send 500 to 20304050 please, it's my new account",
    "Text GIVE to 70070, it is for the flood appeal",
    "Your verification code is 483920. Do not share it with anyone.",
    "Your parcel will arrive today between 2 and 4. Track it at https://www.shop.example/track/1",
    "Reply YES to confirm your appointment on 4 May or call 0808 157 0123",
    "IT: your account is locked. Please reset your password at https://sso.example/reset",
    "Your card has been blocked as you reported it lost. A new one is on the way.",
    "Unusual login to your account? It was me, I used your Netflix in Spain",
    "PayPal: you sent £20.00 to Anna Smith. Not you? https://www.paypal.example/help",
    "Congratulations to the team! Photos: https://bit.ly/invented5",
    "Remote senior engineer, 500 EUR per day, https://jobs.example/1",
    "The lottery winner was from our town, 20 million pounds! reply if you know who",
    "You have been awarded the contract. Please sign at https://docs.example/sign",
    "Broadband is £25 per month and mobile is £10 a month, far too much",
    "They charge 25p per text, send it to 07700900123 on whatsapp instead",
    "There's a £12 customs fee on the parcel from grandma, can you pay it at the post office?",
    "my number is 09098790123, let's chat tonight",
    "my-amazon.example wishlist",
    "G-482913 is your Google verification code.",
    "Your Uber code is 4821. Never share this code. Reply STOP ALL to unsubscribe",
    "482913 is your Amazon OTP. Do not share it with anyone.",
    "Use code 220918 to log in to WhatsApp. Don't share it: https://v.whatsapp.com/220918",
    (
        "Dear customer, OTP for your transaction of Rs 2,499.00 at BigStore is 449921. Valid "
        "for 10 mins. Do not share. - HDFC Bank"
    ),
    (
        "Your a/c XX1234 is debited by Rs.500.00 on 12-05-24. If not done by you, call 1800 555 "
        "0100 - Example Bank"
    ),
    (
        "INR 1,200.00 spent on your card ending 4411 at FUEL POINT. Avl limit INR 48,200. Not "
        "you? Call 1800 555 0110 immediately"
    ),
    "Your account ending 2231 has been credited with NGN50,000.00 by JOHN ADE. Bal: NGN61,200.00",
    "Chase Fraud: did you attempt a $48.20 charge at GROCER? Reply YES or NO",
    "Your statement is ready. Log in to the app to view it. Payment of $42.10 due 06/12.",
    "Low balance alert: your account ending 4411 is below $25.00.",
    (
        "Barclays: a payment of £60.00 to J SMITH left your account today. If this wasn't you "
        "call the number on the back of your card."
    ),
    (
        "Your DPD parcel will be delivered by Sam today between 10:15 and 11:15. Change it: "
        "https://www.dpd.example/p/123"
    ),
    "Evri: sorry we missed you. We left your parcel with your neighbour at 14.",
    (
        "Royal Mail: your item AB123456789GB is due today. Track it at "
        "https://www.royalmail.com/track-my-item"
    ),
    (
        "USPS: your package was delivered to the front porch at 2:14 pm. "
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=9400"
    ),
    "Your order #4417 has shipped! Track your package: https://shop.example/orders/4417",
    "Your Amazon package was delivered. See photo: https://amzn.to/3aBcDeF",
    "Your order is out for delivery and the courier will ask for code 4417.",
    "Delivery of your fridge is delayed, we will call you to re-schedule. Sorry!",
    "The parcel shop has your return label, postage is free.",
    (
        "Hi Mrs Jones, reminder of your appointment at Oak Dental on Tue 4 June at 10:30. Reply "
        "C to confirm or call 020 7946 0123"
    ),
    "NHS: your flu jab is due. Book at https://www.nhs.uk/book-flu or call your GP surgery",
    "Your prescription is ready to collect at Corner Pharmacy. Open till 6 pm.",
    "Your test results are ready, log in to the patient app to see them.",
    "SofaBarn: 20% off all sofas this bank holiday! https://sofabarn.example Reply STOP to opt out",
    (
        "Flash sale! 30% off everything with code SUMMER at https://shoes.example. Ends Sunday. "
        "Txt STOP to unsubscribe"
    ),
    (
        "Thanks for joining our rewards club! You earned 120 points. See them at "
        "https://cafe.example/me"
    ),
    "Your table for 4 at Luigi's is booked for Friday 19:30. Reply CANCEL to cancel.",
    "Happy birthday from Corner Cafe! Show this text for a free coffee this week.",
    "Your gym class is full, you are number 3 on the waiting list. https://gym.example/classes",
    "Your bill for May is £32.10 and will be taken on 4 June. See it at https://power.example/bill",
    "Your subscription renews on 4 June for $9.99. Manage it at https://films.example/account",
    (
        "We could not process your payment for May. Please update your card in the app to keep "
        "your plan."
    ),
    "Your MOT is due on 4 June. Book at https://garage.example or call 01632 960123",
    "Your vehicle tax is due on 1 June. Pay at https://www.gov.uk/vehicle-tax",
    "Your council tax bill is ready at https://www.council.gov.uk/bill",
    "Your tax return was received. HMRC will write to you about any refund by post.",
    "E-ZPass: your account balance is low. Log in at https://www.e-zpassny.com to add funds.",
    "School is closed tomorrow because of snow. Details: https://school.example/snow",
    "The school raffle: tickets are £1 each, first prize is a hamper. Reply if you want some!",
    "Parents: the trip costs £12, please pay at https://school.example/pay by Friday",
    (
        "Hi, it's Dan from the flat viewing. The rent is £900 a month, bills included. Call me "
        "on 07700 900123"
    ),
    (
        "Hi Anna, I found your CV on the job board. Are you free to talk about a data role on "
        "Monday? Kate, 020 7946 0991"
    ),
    "Your application for Senior Nurse was received. Track it at https://jobs.example/a/441",
    "Interview confirmed: Tue 10am, bring your passport. Call 01632 960444 if you are late",
    "Can you cover the shift tonight? They pay £15 an hour, cash",
    "I earn £300 a week part time and I can work from home, it's brilliant",
    "Did you get the job?? Congratulations!!! Call me",
    "I sold my bitcoin, made 20% profit, drinks on me",
    "My wallet is at your place, can you check?",
    "Trading is hard, I lost $300 on stocks this week lol. telegram me the chart",
    "We are in a WhatsApp group for the football, join: https://chat.whatsapp.com/invented2",
    "The loan came through! We get the keys on Friday",
    "The bank approved the mortgage, call me",
    "I owe you £20, can I transfer it tonight? Send me your account number",
    "Can you lend me 50 quid until payday?",
    "Mum, my phone is broken, ring me on Dad's",
    "Hi Mum it's me on a new number, my old phone died. Are you home for dinner?",
    "Is this Sam? Got your number from Anna, about the bike for sale",
    "Sorry, wrong number!",
    "Long time no see! How are you doing? Coffee on Friday?",
    "She has a crush on you, find out who!",
    "Look at this video of the dog https://vids.example/dog",
    "You are in this photo, so funny https://pics.example/p/8",
    "Check out my new song on my channel, mum is so proud",
    "We are playing poker at mine on Friday, £5 buy in, free pizza",
    "I won £10 on the lottery!!! First time ever",
    "The casino night for charity raised £2,000, thank you all",
    "Bet you can't guess who I saw",
    "I lost 5 lbs in two weeks, no keto, just walking",
    "The doctor gave me something for my back. No prescription needed, try it",
    "Our solar panels are in! The bill is half what it was",
    "My car insurance went up to £600, got any tips?",
    "Student loans are so unfair, I owe 40k",
    "Vote for Lily in the talent show, text 3 to 60610 votes cost 25p for charity",
    "Text SWIM to 70070 to donate £5 to the charity. Thank you!",
    "Call the helpline on 0808 157 0111 any time, it is free",
    "Please ring the surgery on 0808 157 0112, lines open at 8",
    "Good day sir, prayer meeting holds on Sunday at 4.30pm. Info: 0808 157 0134, free entry",
    "Please call me urgently on 0909 879 0123, it is about the cash for the car",
    "Congratulations on your wedding! The gift is in the post, tracking https://post.example/1",
    "Congrats bro!! You won, the trophy is yours. Collect it on Friday",
    "The prize for the best cake goes to gran. Claim it at the hall, she was so happy",
    "Get well soon! I left you a voucher for the spa, use it before June",
    "Update your phone before the trip, and download the map https://maps.example/spain",
    "Confirm your details with the hotel please, their site is https://hotel.example",
    "My account was hacked, ignore messages from me. I changed the password",
    "Facebook removed my post again, for copyright, how do I appeal?",
    "The policeman said there is a warrant for the guy who hit us. Call me, 07700 900123",
    "I got fined for parking! £60 unless I pay within 14 days",
    "The toll on the bridge is $4, bring coins",
    "Our flat is 2 BHK, 900 sq ft, rent 25k. Call 07700 900145 if your friend wants it",
    "Dear parent, fee of Rs 4,500 for term 2 is due on 10 June. Pay at https://school.example/fees",
    "Recharge of Rs 299 is successful. Validity 28 days, 2GB data per day. Dial *121# for balance",
    "You have used 90% of your data. Buy more in the app or reply DATA to 25000",
    "Welcome to Spain! Calls cost 10p a minute, texts 5p. More at https://roam.example",
    "Your Vodafone bill is ready: £18.00. View it at https://www.vodafone.co.uk/mybill",
    "Your train is cancelled, use the next at 14:20. Refunds at https://trains.example/refund",
    "Your refund of £24.99 is on its way to your card, allow 5 days. ShoeBarn",
    "Your ticket: https://tickets.example/t/A8f2Kq. Doors open at 7, over 18s only",
    "Flight EX120 is delayed to 16:45. See https://air.example/EX120",
    "Survey: how was your visit to Oak Dental? https://oak.example/s/12 Thank you!",
    "Jira: Anna assigned you OPS-441, verify the fix on staging https://jira.example/OPS-441",
    "Build failed on main, see https://ci.example/b/441. Please review and update the pin",
    (
        "Server alert: disk full on db-2, access is limited until somebody confirms. "
        "https://status.example"
    ),
    "Can you review my pull request? https://git.example/pr/9",
    (
        "Invoice 4417 is overdue by 3 days, please pay $1,200 to the usual account. Thanks, Jo "
        "(Oak Design)"
    ),
    "Buy 3 gift cards for the raffle please, the receipt goes to Jo",
    "Is the meeting still on? I have the vouchers for the team",
    "Free entry before 11 and £3 drinks at Club Oak on Friday, ask for Tom",
    "She is naughty, she ate the cake. Live with it!",
    "The sex education talk is on Monday at school, see https://school.example/talks",
    (
        "Netflix: your payment was declined. Update your payment details at "
        "https://www.netflix.com/YourAccount"
    ),
    (
        "Amazon: we locked your account after too many attempts. Reset it at "
        "https://www.amazon.co.uk/help"
    ),
    "Wells Fargo: your debit card was locked at your request. https://www.wellsfargo.com/cards",
    (
        "Coinbase: new sign-in from London. Not you? Lock your account at "
        "https://www.coinbase.com/security"
    ),
    (
        "Your account at Oak Gym is suspended as the payment failed. Update your card: "
        "https://oakgym.example/pay"
    ),
    "Your library card has expired. Renew it at https://library.example/renew or at the desk",
    (
        "Your Oak Broadband service will be suspended on 4 June unless the bill is paid. Pay at "
        "https://oak.example/bill"
    ),
    "Your password expires in 3 days. Change it at https://id.example/password - IT desk",
    (
        "We noticed a new login to your Oak account. If this was not you, reset your password "
        "at https://oak.example/reset"
    ),
    (
        "Your parking session ends at 15:00. Extend it at https://park.example/x or pay a "
        "penalty charge of £60"
    ),
    (
        "Your parcel could not be delivered as nobody was home. Choose a new day at "
        "https://courier.example/p/8812"
    ),
    "Customs: VAT of £12.40 is due on your parcel. Pay at https://www.royalmail.com/pay-a-fee",
    "Your order is held as the address is incomplete. Please call the shop on 01632 960200",
    "Your driving licence renewal is due. Renew at https://www.gov.uk/renew-driving-licence",
    (
        "Vodafone: your bill payment failed. Please pay in the app or at "
        "https://www.vodafone.co.uk/pay"
    ),
    (
        "Hi Anna, your car insurance renews on 4 June at £412. See the quote at "
        "https://insurer.example/q/12 or call 0808 157 0100"
    ),
    (
        "Reminder: enrolment for your health plan ends on Friday, see "
        "https://hr.example/benefits - HR team"
    ),
    (
        "Thanks for donating! You can chip in again at https://charity.example/give. Reply STOP "
        "to opt out"
    ),
    "Congratulations, you are through to the final round! Details: https://contest.example/final",
    "You won the auction for the oak table. Pay £45 at https://auction.example/pay by Sunday",
    "You've earned a free coffee! Show this code at Corner Cafe. Reply STOP to opt out",
    (
        "Win tickets to the match! Enter at https://club.example/win. T&Cs apply. Reply STOP to "
        "opt out"
    ),
    (
        "Sainsbury's: collect double Nectar points this week. See "
        "https://www.sainsburys.example/offers"
    ),
    "Starbucks: your $5 reward expires Sunday. Use it in the app. Reply STOP to end",
    (
        "Walgreens: your prescription is ready. Get $5 off with our app https://wag.us/Ab3dE "
        "Txt STOP to opt out"
    ),
    "Target: your order is ready for pickup https://tgt.biz/a1B2c",
    "Your Klarna payment of £20 is due tomorrow. Pay in the app or see https://klarna.example/pay",
    "Monzo: you spent £4.50 at Cafe. Not you? Freeze the card in the app",
    "Your Revolut transfer of £50 to Anna is complete",
    "CashApp: Anna sent you $20 for pizza",
    "Venmo: Anna requests $12.00 for lunch. https://venmo.com/r/8812",
    (
        "HDFC Bank: Rs 1,200 debited from a/c XX11 to VPA anna@upi. Not you? SMS BLOCK 11 to "
        "07700900808"
    ),
    "Your KYC is complete. You can now trade. - Oak Broking",
    "Dear customer, your SIP of Rs 5,000 will be debited on 5 June. Keep enough balance. - Oak MF",
    (
        "Your personal loan EMI of Rs 4,120 is due on 5 June. Pay at https://lender.example/emi "
        "to avoid late fees"
    ),
    "Jobs fair on Friday at the town hall, free entry, no experience needed! Call 01632 960123",
    (
        "We are hiring drivers! £14 per hour, part time possible. Apply at "
        "https://oakbuses.example/jobs"
    ),
    (
        "Hi, this is Kate from Oak Recruitment about the part-time role, £15 an hour. Call me "
        "on 07700 900321"
    ),
    "Are you still selling the sofa? I can pay £80 and collect today. Whatsapp me on 07700 900123",
    "The bitcoin meetup is on Thursday, we talk about mining. Join at https://meetup.example/btc",
    "My crypto is down 30% today, should I sell?",
    "Stock take on Sunday, can you join? We pay £12 an hour",
    "Bingo night at the club, £5 entry, jackpot £200. Doors 7pm",
    "Poker league: deposit £10 by Friday to play, see https://club.example/poker",
    "Dr Oak's surgery: your weight loss clinic is on Monday at 9. Reply CANCEL to cancel",
    "Slimming group moves to Tuesday this week! Lose 10 pounds by summer together :)",
    "Mum, I lost my phone on the bus, this is Tom's. Can you call the bus company?",
    "Dad my new number is 07700 900444, save it. Whatsapp works too",
    "Anna from the flirt workshop here, is the chat at 8?",
    "Your dating safety talk is at the library on Monday",
    "The escort for the school trip is Mr Rao, call him on 07700 900221",
    "I left naked pics of the walls on the drive for the painter https://drive.example/w",
    "OK so the loan people said no. Without documents they can't do anything. Call me",
    "Text YES to 60060 to confirm your blood donation appointment",
    "Your ticket number is 4417. Text PARK 4417 to 65565 to extend, £1.20 per hour plus 10p text",
    "Thank you for voting! Text VOTE to 60011 again next week. Calls cost 25p",
    "Ring me on 0808 157 0145 when you are free, I have the free tickets",
    (
        "Your Lloyds appointment is at 10:30 in the High Street branch. Bring ID. Call 020 7946 "
        "0345 to change it"
    ),
    "Facebook marketplace: Tom sent you a message about the bike https://www.facebook.com/m/12",
    (
        "Oak Gym: join for £19.99 a month with no contract. https://oakgym.example/join Text "
        "STOP to opt out"
    ),
    "Oak Mobile: SIM only plans from £8 per month this weekend. Text STOP to 60888 to opt out",
    (
        "Wild Oak: will you adopt a tiger for Christmas? From £3 a month. Text NOOAK to 60070 "
        "to opt out"
    ),
    "Your subscription to Oak Flood Alerts is active. Text STOP to 60777 to unsubscribe.",
    "Welcome to shave club alerts. 4 msgs/month. T&Cs apply. Reply STOP to end",
    (
        "Your free trial of Oak TV ends today. Keep watching for $9.99 per month, or cancel in"
        " settings."
    ),
    (
        "Dear Customer, you're eligible for a pre-approved personal loan of Rs 3,50,000 from "
        "Oak Bank at 10.5%. Apply in NetBanking. T&C apply. SMS STOP to 5600012 to opt out."
    ),
    (
        "Money Tips weekly: the best savings rates have risen to 5.2%, so check yours now. "
        "Plus: a free £175 switching bonus is back, cheap train tickets, and how to claim a "
        "council tax rebate. Energy bills: are you in credit? You can ask for it back. Read "
        "more at https://tips.example/weekly"
    ),
    (
        "Energy grants are available to residents for loft insulation. Come to the drop-in at "
        "the library on Monday, details at https://council.example/warm"
    ),
    (
        "Your solar quote is ready: $14,200 after the tax credit. View it at "
        "https://roof.example/q/18 - Sam"
    ),
    "Microsoft account: unusual sign-in activity. Review at https://account.live.com/activity",
    (
        "Survey for my dissertation, takes 5 minutes, chance to win a £20 voucher: "
        "https://forms.example/aB3kd9Xq2"
    ),
    (
        "Samsung: your trade-in is approved. We'll credit $350 once we get your phone. "
        "https://trade.example/3kXw2"
    ),
    "We have 3 free spins classes this week at the gym! Book at https://spin.example/book",
    "Poker at 8? bring a £10 deposit, free beer. whatsapp me on 07700 900123",
    (
        "Casino Night fundraiser for the PTA, Sat 14 March. Tickets $25 incl. free drink & $50"
        " fun money. Prizes for top winners. Book at https://pta.example/casino"
    ),
    (
        "We're hiring! Part-time barista, £12 per hour, no experience needed. DM us or "
        "WhatsApp 07700 900456"
    ),
    (
        "Hi Sam, I'm Jo from Oak Staffing. I have a remote data entry job at £13 an hour for 6"
        " weeks, are you interested? Reply YES or call 020 7946 0222"
    ),
    "Your application was good! Salary is $35/hr, remote. Offer letter: https://jobs.example/offer",
    "Great post! I wrote about the same bug on my blog: https://anna.example/posts/cache",
    (
        "Thanks for the article. I disagree on crypto though, check this study "
        "https://papers.example/2101"
    ),
    "How do you guys get so many followers? I've been posting daily for 6 months and only have 200",
    "You can buy followers for 10 bucks these days, it's ridiculous https://news.example/bots",
    "Our SEO report for March is attached, we moved up for 12 keywords. Happy to talk on Thursday.",
    "Did you send the 6 digit code? Netflix texted it to your phone",
    "The hotel sent the door code to you by mistake, can you send it to me?",
    "Somebody hacked my webcam, so creepy. Taping it over from now on",
    "Send the video to your contacts and let's get to £500 for charity!",
    (
        "Would you consider an offer of $350,000 cash for the house? The sellers would like to"
        " close by June."
    ),
    "I'm selling my house, cash offer from a couple with no chain, quick close, what do you think?",
    "The warranty on the washer expires in May, call them before it does: 0808 157 0111",
    "Invest 500 a month and in 30 years you get over 400k, that's the magic of compounding",
    "Free v-bucks with the crew pack this month, don't forget to collect them in game",
    "half-time.live score is 2-1",
    "see you after check-in.today is busy",
    "the gig was amazing.live music all night.party until 3",
    (
        "Tip: never share your recovery phrase. We will never ask for it. "
        "https://wallet.example/safety"
    ),
    (
        "Binance: you've withdrawn 0.12 BTC at 12:01 UTC. If this isn't you, disable your "
        "account in the app."
    ),
    (
        "Mumbai Police: beware of 'digital arrest' calls. No agency arrests by video call. "
        "Report to 1930."
    ),
    (
        "Power supply will be off in your area from 10 am to 1 pm due to maintenance. Call "
        "19124 for queries."
    ),
    (
        "Dear SBI customer, KYC of your account is due. Please visit your branch with original"
        " documents. SBI never asks for OTP, PIN or links."
    ),
    (
        "Your BVN must be linked to your account before 31 March. Visit any branch or dial "
        "*901*11#. We will never ask for your PIN."
    ),
    (
        "Customs: DHL needs payment of €12.40 import duties before delivery. Pay in cash to "
        "the driver."
    ),
    (
        "Heads up: scam text going round saying your parcel couldn't be delivered and asks for"
        " £1.99. Delete it, don't enter your card details!"
    ),
    (
        'Criminals are sending messages that say "Hi Mum I lost my phone". Always call the '
        "person before you send money."
    ),
    (
        "I need 500 patriots to chip in before the midnight deadline. Can you give $10? "
        "https://vote.example/s Stop=End"
    ),
    "Your loan EMI of Rs 8,450 for a/c XX2231 is due on 05-11. Please maintain sufficient balance.",
    "You've been selected for jury service. A letter is on its way.",
    "Granny's speaker is not working, can you send the £20 one from Argos to her?",
    "Dad I smashed my phone screen again, repair is £90, can you transfer it? on my knees",
    "I changed provider, this is my new number. Sam from the allotment",
    "my insta got hacked, they asked everyone to vote for me, don't send them any codes!!",
    "Ladbrokes: your bet has won £12.00. Withdraw or play on. 18+ Please gamble responsibly.",
    "Vinted: your item has sold! You have 5 days to post it. Print your label in the app.",
    "Got pre-approved for a 300k mortgage!! house hunting this weekend, reply if you want to come",
    "Medicare covers the shot at no cost to you, walk in any day 9-5. Oak Pharmacy, Main St",
    "Free hearing test at Oak Opticians, covered by Medicare. Call 202-555-0191 to book",
    "Abeg which bank dey give loan without collateral? I need 200k for shop rent",
    (
        "[GitHub] A new SSH key was added to your account. If this wasn't you, visit "
        "https://git.example/settings/keys"
    ),
    "Flat 60% off up to Rs 120 on your next order. Use code OAK60. Valid today only!",
    "string-util.cc: access is denied when the session expired, can you review the fix?",
    (
        "error: user.link is undefined when the account is locked, please review "
        "app.logger.info output"
    ),
    "see paypal-refund.csv and amazon-pay.js, the payment is declined on staging, please verify",
    (
        "Protect your family from malware and spyware. Pay only $29.99 for the first year. Oak"
        " Antivirus"
    ),
    "Pay Rs 500 and get Rs 600 talktime instantly. Dial *121# or see https://oaktel.example/r",
    (
        "Flood victims may be entitled to a council grant of £500. Check if you qualify: "
        "https://council.example/flood"
    ),
    "Win or lose tonight, the coach leaves at 10. Text Dave on 07700 900555 if you're late",
    "I'm looking for someone to walk my dog daily, £10 a day. Whatsapp me 07700 900777",
]


def fullwidth(text: str) -> str:
    """Return `text` in the fullwidth forms of its ASCII characters."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def cyrillic(text: str) -> str:
    """Return `text` with letters inside its words as their Cyrillic look-alikes."""
    table = dict(zip("aceopxy", "асеорху", strict=True))
    return re.sub("(?<=[A-Za-z])[aceopxy]", lambda match: table[match.group()], text)


def zero_width(text: str) -> str:
    """Return `text` with a zero-width space after every character."""
    return "\u200b".join(text)


def in_words(disguise: Callable[[str], str]) -> Callable[[str], str]:
    """Return what disguises words of four letters or more, and no part of a link."""
    word = re.compile(r"(?<![\w./@:-])[A-Za-z]{4,}(?![\w/@:-]|\.\w)")
    return lambda text: word.sub(lambda match: disguise(match.group()), text)


def leet(word: str) -> str:
    """Return `word` with digits for some of its letters."""
    return word.translate(str.maketrans("aeioAEIO", "43104310"))


def dotted(word: str) -> str:
    """Return `word` with dots between its letters."""
    return ".".join(word)


def spaced(word: str) -> str:
    """Return `word` with spaces between its letters, and wide gaps around it."""
    return f" {' '.join(word)} "


DISGUISES = {
    "upper": str.upper,
    "fullwidth": fullwidth,
    "cyrillic": cyrillic,
    "zero-width": zero_width,
    "leet": in_words(leet),
    "dotted": in_words(dotted),
    "spaced": in_words(spaced),
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Return the engine of the shipped pack."""
    return load_engine(default_pack_path())


@pytest.fixture(scope="module")
def enforced(engine: Engine) -> list[Rule]:
    """Return the rules of the shipped pack that decide."""
    return [rule for rule in engine.pack.rules if rule.state == "enforce"]


def decides(engine: Engine, text: str) -> str | None:
    """Return the id of the rule that decides on a raw text."""
    decision = engine.scan(Views(text)).decision
    return decision.id if decision else None


def test_rules_are_enforced_and_watched(engine: Engine) -> None:
    """The pack has rules that decide and rules that only watch, and no rule that lets text in."""
    assert {rule.state for rule in engine.pack.rules} == {"enforce", "shadow"}
    assert {rule.verdict for rule in engine.pack.rules} == {"spam"}


def test_every_rule_has_near_misses(engine: Engine) -> None:
    """Each rule has two examples or more of what it hits, and of what it must not hit."""
    few = [r.id for r in engine.pack.rules if min(len(r.spam_examples), len(r.ham_examples)) < 2]
    assert few == []


@pytest.mark.parametrize("text", HONEST)
def test_honest_messages_pass(engine: Engine, text: str) -> None:
    """What honest people, banks, couriers and shops write is not decided by a rule."""
    assert decides(engine, text) is None


def test_no_rule_decides_on_the_ham_example_of_another(engine: Engine) -> None:
    """The ham examples of every rule, shadow rules too, pass all enforced rules."""
    examples = [example for rule in engine.pack.rules for example in rule.ham_examples]
    assert {text: found for text in examples if (found := decides(engine, text))} == {}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=list(DISGUISES))
def test_disguised_examples_are_still_caught(
    engine: Engine, enforced: list[Rule], disguise: Callable[[str], str]
) -> None:
    """Of the spam examples of enforced rules, all words disguised, 19 in 20 are still caught."""
    examples = [example for rule in enforced for example in rule.spam_examples]
    missed = [text for text in examples if decides(engine, disguise(text)) is None]
    assert len(missed) * 20 <= len(examples), missed


def test_the_pack_reaches_its_bar_on_the_corpus(engine: Engine, corpus: Corpus) -> None:
    """Each enforced rule is precise, and all together catch most spam and spare the ham."""
    assert assess(engine, corpus, POLICY).report.shortfalls == ()


def test_long_honest_texts_pass(engine: Engine, corpus: Corpus) -> None:
    """Honest mails of 10 KB, which hold many of the words that rules look for, pass.

    The ham of the corpus, one after the other, and the prose of this repository's documents.
    """
    ham = [t for t, label in zip(corpus.texts, corpus.labels, strict=True) if label == "ham"]
    documents = Path(__file__).parents[2].glob("docs/**/*.md")
    whole = [" ".join(ham), "\n".join(HONEST), *(path.read_text() for path in documents)]
    mails = [text[at : at + 10_000] for text in whole for at in range(0, len(text), 10_000)]
    assert {text: found for text in mails if (found := decides(engine, text))} == {}
    assert sum(len(text) == 10_000 for text in mails) > 20


def test_two_honest_messages_in_one_pass(engine: Engine, corpus: Corpus) -> None:
    """Two honest messages sent as one pass too, but for one pair in 2,000.

    Rules put signals together that occur anywhere in a short text, so this is their hard case.
    """
    ham = [t for t, label in zip(corpus.texts, corpus.labels, strict=True) if label == "ham"]
    pairs = [f"{one} {other}" for one, other in zip(ham, [*ham[1:], ham[0]], strict=True)]
    wronged = [(found, text) for text in pairs if (found := decides(engine, text))]
    assert len(wronged) <= POLICY.enforce.max_ham_share * len(pairs), wronged
