enum Stories {
    static let all: [ScenarioTests.Story] =
        charging + holding + planning + correcting + corners + heldCredits + periods
        + movedBesideLonger + calendar + unpaid

    static let charging: [ScenarioTests.Story] = [
        .init(
            "A free account has five credits a month and is refused the sixth",
            """
            2026-01-31 open                -> available 5, monthly 5, plan free
            2026-01-31 charge chat         -> available 4, used 1
            2026-02-01 charge 4            -> available 0, used 5
            2026-02-01 charge chat         -> refused insufficient_credits, available 0
            2026-02-28 charge chat         -> available 4, used 1
            """),
        .init(
            "Monthly credits do not accumulate; purchased ones stay and pay last",
            """
            2026-01-31 open                -> available 5
            2026-01-31 grant 10 purchased  -> available 15, purchased 10
            2026-02-01 charge 7            -> monthly 0, purchased 8, available 8
            2026-02-28 look                -> monthly 5, purchased 8, available 13
            2026-12-01 look                -> monthly 5, purchased 8, available 13
            """),
        .init(
            "Burn order is priority, then the earliest end, then the oldest",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 1 purchased
            2026-01-01 grant 2 bonus
            2026-01-01 grant 4 promotional expires=2026-03-01
            2026-01-01 grant 8 promotional expires=2026-02-01
            2026-01-02 charge 9            -> promotional 3, bonus 2, purchased 1
            2026-01-02 charge 4            -> promotional 0, bonus 1, purchased 1
            2026-01-02 grant 5 purchased priority=1
            2026-01-02 charge 5            -> bonus 1, purchased 1
            """),
        .init(
            "Rates: fixed, per tokens, per unit, compute",
            """
            2026-01-01 open plan=pro
            2026-01-01 charge video quantity=2        -> available 94
            2026-01-01 charge summarize tokens=3      -> available 93.9985
            2026-01-01 charge seconds seconds=150     -> available 92.4985
            2026-01-01 charge compute                 -> available 92.4385
            2026-01-01 charge summarize               -> refused invalid_request
            2026-01-01 charge nothing                 -> refused unknown_action
            """),
        .init(
            "A plan that lacks the action refuses it before looking at the balance",
            """
            2026-01-01 open plan=free
            2026-01-01 charge video        -> refused not_entitled, available 5
            2026-01-01 charge 100 action=video -> refused not_entitled
            """),
        .init(
            "Unlimited allowances count use and leave other grants alone",
            """
            2026-01-01 open plan=endless   -> unlimited yes
            2026-01-01 grant 10 purchased
            2026-01-02 charge 1000         -> purchased 10, used 1000, debt 0
            2026-02-02 charge 1            -> used 1, purchased 10
            """),
        .init(
            "Overage lets an account go into debt up to a limit, and the next grant pays it",
            """
            2026-01-01 open plan=postpaid
            2026-01-01 charge 8            -> debt 8, available -8
            2026-01-01 charge 3            -> refused insufficient_credits, debt 8
            2026-01-01 charge 2            -> debt 10
            2026-01-02 grant 25 purchased  -> debt 0, available 15, purchased 15
            """),
        .init(
            "Tracking is never refused and becomes debt",
            """
            2026-01-31 open
            2026-02-01 track 7             -> observed insufficient_credits, debt 2, available -2, monthly 0
            2026-02-01 track video         -> observed not_entitled, debt 5
            2026-02-28 look                -> debt 0, monthly 0, used 5, available 0
            2026-03-31 look                -> monthly 5, available 5
            """),
        .init(
            "Debt larger than a month's allowance is paid month by month, however late anyone looks",
            """
            2026-01-31 open
            2026-02-01 track 17            -> observed insufficient_credits, debt 12
            2026-06-30 look                -> debt 0, available 5
            """),
        .init(
            "Observe mode blocks nothing and says what it would have blocked; its debt ends with it",
            """
            2026-01-31 open mode=observe
            2026-01-31 charge video        -> observed not_entitled, available 2
            2026-01-31 charge 5            -> observed insufficient_credits, debt 3, available -3
            2026-02-01 set mode=enforce    -> debt 0, available 0
            2026-02-01 charge chat         -> refused insufficient_credits
            """),
        .init(
            "Demo accounts are never charged",
            """
            2026-01-31 open demo           -> available 5
            2026-01-31 charge 100          -> available 5, debt 0
            2026-01-31 hold 3              -> available 5, holds 0
            2026-01-31 track chat          -> available 5
            """),
        .init(
            "A late event is charged now",
            """
            2026-01-31 open
            2026-03-05 track chat on=2026-02-03 -> monthly 4
            2026-03-05 charge chat on=2026-03-09 -> refused invalid_request
            """),
    ]

    static let holding: [ScenarioTests.Story] = [
        .init(
            "A hold reserves; captured below, the rest is free again",
            """
            2026-01-31 open
            2026-01-31 hold 4 as h         -> available 1, held 4, posted 5, holds 1
            2026-01-31 charge 2            -> refused insufficient_credits
            2026-01-31 capture h 1.5       -> available 3.5, held 0, used 1.5, holds 0
            2026-01-31 capture h 1         -> refused hold_closed
            """),
        .init(
            "Captured at the held amount",
            """
            2026-01-31 open
            2026-01-31 hold 4 as h
            2026-01-31 capture h           -> available 1, held 0, used 4
            """),
        .init(
            "Captured above, the rest goes by burn order and then becomes debt",
            """
            2026-01-31 open
            2026-01-31 grant 2 purchased
            2026-01-31 hold 4 as h         -> available 3
            2026-01-31 capture h 9         -> monthly 0, purchased 0, debt 2, available -2
            """),
        .init(
            "A released hold gives back everything; an unknown one is not found",
            """
            2026-01-31 open
            2026-01-31 hold 4 as h
            2026-01-31 charge chat as c
            2026-01-31 release h           -> available 4, held 0
            2026-01-31 release c           -> refused hold_not_found
            """),
        .init(
            "A hold that runs out gives back; a late capture is still recorded",
            """
            2026-01-31 open
            2026-01-31 00:00 hold 4 as h
            2026-01-31 00:14 look          -> available 1
            2026-01-31 00:15 look          -> available 5, holds 0
            2026-01-31 01:00 capture h 3   -> available 2, used 3
            2026-01-31 01:00 capture h 3   -> refused hold_closed
            """),
        .init(
            "Extending moves the end",
            """
            2026-01-31 open
            2026-01-31 00:00 hold 4 as h
            2026-01-31 00:10 extend h 3600 -> holds 1
            2026-01-31 01:09 look          -> holds 1
            2026-01-31 01:10 look          -> holds 0, available 5
            2026-01-31 01:10 extend h 60   -> refused hold_closed
            """),
        .init(
            "A hold over a reset keeps its old credits; what is released then expires at once",
            """
            2026-01-31 open
            2026-02-27 23:00 hold 4 seconds_open=7200 as h -> available 1
            2026-02-28 00:30 look          -> available 5, held 4, monthly 9
            2026-02-28 00:30 capture h 1   -> available 5, held 0, monthly 5, used 0
            """),
        .init(
            "A hold on a grant that expires is still served in full",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 10 promotional expires=2026-01-02
            2026-01-01 23:50 hold 6 as h   -> available 4
            2026-01-02 00:01 look          -> available 0, held 6, promotional 6
            2026-01-02 00:01 capture h 6   -> posted 0, debt 0
            """),
        .init(
            "What a released hold gives back pays debt first",
            """
            2026-01-31 open
            2026-01-31 hold 5 as h
            2026-01-31 track 2             -> observed insufficient_credits, debt 2, available -2
            2026-01-31 release h           -> debt 0, available 3, used 2
            """),
        .init(
            "Holds under an unlimited allowance reserve nothing",
            """
            2026-01-01 open plan=endless
            2026-01-01 hold 50 as h        -> held 0, holds 1
            2026-01-01 capture h 70        -> used 70, debt 0
            """),
        .init(
            "Holds may use the overage, within its limit",
            """
            2026-01-01 open plan=postpaid
            2026-01-01 hold 8 as h         -> held 8, available -8, debt 0
            2026-01-01 charge 3            -> refused insufficient_credits
            2026-01-01 capture h 6         -> held 0, debt 6
            """),
    ]
}
