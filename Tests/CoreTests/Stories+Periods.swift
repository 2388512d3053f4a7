extension Stories {
    static let periods: [ScenarioTests.Story] = [
        .init(
            "One payment brings one allowance, whatever the account's old boundary",
            """
            2025-06-05 open
            2026-02-10 plan pro ends=2026-03-10 fallback=free -> plan pro, monthly 100, resets 2026-03-10
            2026-02-20 charge 60           -> monthly 40
            2026-03-05 look                -> monthly 40, resets 2026-03-10
            2026-03-09 23:59 look          -> plan pro, monthly 40
            2026-03-10 look                -> plan free, monthly 5, resets 2026-04-10
            """),
        .init(
            "A plan with a price counts from its beginning without an end too",
            """
            2025-06-05 open
            2026-02-10 plan gold           -> monthly 200, resets 2026-03-10
            2026-03-05 look                -> monthly 200, resets 2026-03-10
            2026-03-10 charge 50           -> monthly 150, resets 2026-04-10
            """),
        .init(
            "A plan without a price and an end keeps the account's periods",
            """
            2025-06-05 open
            2026-02-10 plan pro            -> monthly 100, resets 2026-03-05
            """),
        .init(
            "On request a paid plan keeps the account's periods, and another counts from its beginning",
            """
            2025-06-05 open
            2026-02-10 plan gold anchor=keep -> monthly 200, resets 2026-03-05
            2026-02-20 plan pro when=now anchor=start -> monthly 100, resets 2026-03-20
            2026-02-20 charge 30
            2026-03-05 look                -> monthly 70
            """),
        .init(
            "What is paid for until the end of the account's own period keeps that period",
            """
            2026-01-05 open
            2026-01-20 charge 5
            2026-01-20 09:00 plan gold ends=2026-02-05 -> monthly 195, resets 2026-02-05
            2026-01-25 charge 10
            2026-02-05 look                -> plan free, monthly 5, resets 2026-03-05
            """),
        .init(
            "What was used before counts until its period ends, and then the paid period has its whole allowance",
            """
            2026-01-31 open
            2026-02-01 charge 3            -> monthly 2
            2026-02-10 plan pro ends=2026-03-10 -> monthly 97, used 3
            2026-02-28 look                -> monthly 100, used 0
            2026-02-28 charge 100          -> monthly 0
            2026-03-09 look                -> monthly 0
            """),
        .init(
            "Thirty days that were paid for are one period, in a short month too",
            """
            2026-02-01 open
            2026-02-01 plan pro ends=2026-03-03 -> monthly 100, resets 2026-03-03
            2026-02-20 charge 90
            2026-03-01 look                -> monthly 10
            2026-03-02 plan pro ends=2026-04-02 -> monthly 10
            2026-03-03 look                -> monthly 100, resets 2026-04-03
            """),
        .init(
            "A year that was paid for has twelve allowances, counted from its beginning",
            """
            2025-06-05 open
            2026-02-10 plan pro ends=2027-02-10 -> monthly 100, resets 2026-03-10
            2026-12-24 charge 70           -> monthly 30, resets 2027-01-10
            2027-01-10 look                -> monthly 100, resets 2027-02-10
            2027-02-10 look                -> plan free, monthly 5
            """),
        .init(
            "A subscription that is renewed in time goes on from one paid period to the next",
            """
            2025-06-05 open
            2026-01-31 plan pro ends=2026-02-28 -> resets 2026-02-28
            2026-02-20 renew ends=2026-03-31 -> monthly 100
            2026-02-28 charge 100          -> monthly 0, resets 2026-03-31
            2026-03-31 look                -> plan free, monthly 5
            """),
        .init(
            "A plan that comes back by renewal counts from then",
            """
            2025-06-05 open
            2026-02-10 plan pro ends=2026-03-10
            2026-03-10 charge 5            -> plan free, monthly 0
            2026-03-20 renew ends=2026-04-20 -> plan pro, monthly 95, resets 2026-04-20
            2026-04-10 look                -> monthly 100
            """),
        .init(
            "A change that waits counts from when it happens",
            """
            2025-06-05 open plan=gold
            2026-02-10 plan pro when=period_end ends=2026-04-15 -> plan gold, resets 2026-03-05
            2026-03-05 look                -> plan pro, monthly 100, resets 2026-04-15
            """),
        .init(
            "Moving the anchor brings no allowance sooner",
            """
            2026-01-01 open plan=pro       -> resets 2026-02-01
            2026-01-10 charge 80
            2026-01-10 set anchor=2026-01-15 -> monthly 20, resets 2026-02-15
            2026-02-01 look                -> monthly 20
            2026-02-15 look                -> monthly 100, resets 2026-03-15
            """),
        .init(
            "Moving the anchor of an account moves the periods of its subscription too, and never sooner",
            """
            2026-01-01 open
            2026-01-10 plan gold           -> resets 2026-02-10
            2026-01-12 charge 200
            2026-01-12 set anchor=2026-01-20 -> resets 2026-02-20
            2026-02-10 look                -> monthly 0
            """),
        .init(
            "Moving the time zone east or west brings no allowance sooner",
            """
            2026-01-01 open plan=pro
            2026-01-10 charge 80
            2026-01-10 set zone=Europe/Vienna anchor=2026-01-01 -> monthly 20, resets 2026-02-01
            2026-01-10 set zone=America/New_York -> monthly 20, resets 2026-02-01
            2026-04-20 look                -> resets 2026-04-30T23:00
            2026-04-20 set zone=UTC        -> resets 2026-05-01
            """),
        .init(
            "Leaving for a plan without the allowance and coming back brings nothing twice",
            """
            2026-01-31 open plan=pro
            2026-02-05 charge 60           -> monthly 40
            2026-02-06 plan none when=now  -> monthly 0
            2026-02-07 plan pro            -> monthly 40, used 60
            2026-02-07 set plan=none       -> monthly 0
            2026-02-07 upgrade pro         -> monthly 40
            2026-02-28 look                -> monthly 100
            """),
        .init(
            "Leaving for another rhythm and coming back brings nothing twice",
            """
            2026-01-01 open plan=pro
            2026-01-05 charge 100          -> monthly 0
            2026-01-06 plan weekly when=now -> monthly 0
            2026-01-08 look                -> monthly 0
            2026-01-16 plan pro            -> monthly 0
            2026-02-01 look                -> monthly 100
            """),
        .init(
            "From a short rhythm to a long one, what was used in the running period counts",
            """
            2026-01-01 open plan=weekly
            2026-01-10 charge 7            -> monthly 0
            2026-01-10 plan pro            -> monthly 93
            2026-01-11 plan weekly when=now -> monthly 0
            2026-02-01 look                -> monthly 7
            """),
        .init(
            "A new subscription after one that was used up has its allowance once the old period is over",
            """
            2026-01-05 open
            2026-01-05 plan gold           -> resets 2026-02-05
            2026-01-20 charge 200          -> monthly 0
            2026-01-21 expire              -> plan free, monthly 0
            2026-01-25 plan gold           -> monthly 0, resets 2026-02-25
            2026-02-05 look                -> monthly 200, resets 2026-02-25
            2026-02-25 look                -> monthly 200, resets 2026-03-25
            """),
        .init(
            "A smaller plan after a larger one that was used has its allowance once the larger one's period is over",
            """
            2026-01-05 open
            2026-01-05 plan gold
            2026-01-10 charge 150          -> monthly 50
            2026-01-12 plan pro when=now ends=2026-02-12 -> monthly 0
            2026-02-05 look                -> monthly 100
            2026-02-12 look                -> plan free, monthly 5
            """),
        .init(
            "What is held while a plan is left and taken again is not had twice",
            """
            2026-01-31 open plan=pro
            2026-02-05 hold 80 seconds_open=86400 as h -> available 20
            2026-02-05 plan none when=now  -> available 0, held 80
            2026-02-05 plan pro            -> available 20, held 80
            2026-02-05 capture h           -> available 20, used 80
            2026-02-05 charge 21           -> refused insufficient_credits
            """),
        .init(
            "What is held goes along into the paid period",
            """
            2026-01-31 open plan=pro
            2026-02-05 hold 80 seconds_open=86400 as h -> available 20
            2026-02-05 plan gold           -> available 120, held 80, resets 2026-03-05
            2026-02-05 release h           -> available 200
            2026-02-28 look                -> available 200
            """),
        .init(
            "What was given by hand is no part of the allowance",
            """
            2026-01-31 open plan=pro
            2026-02-05 grant 50 monthly
            2026-02-05 plan gold           -> monthly 250
            2026-02-05 plan pro when=now anchor=keep -> monthly 150
            """),
    ]

    static let movedBesideLonger: [ScenarioTests.Story] = [
        .init(
            "A short period that is moved within a longer one keeps what was used of it",
            """
            2026-01-20 open
            2026-03-12 plan weekly         -> monthly 7, resets 2026-03-17
            2026-03-12 charge 7            -> monthly 0
            2026-03-12 set zone=America/New_York -> resets 2026-03-23T23:00
            2026-03-20 look                -> monthly 0
            2026-03-24 look                -> monthly 7
            """)
    ]

    static let calendar: [ScenarioTests.Story] = [
        .init(
            "Calendar months begin on the first",
            """
            2026-01-20 open plan=month     -> monthly 50, resets 2026-02-01
            2026-02-01 charge 50           -> monthly 0, resets 2026-03-01
            2026-03-01 look                -> monthly 50
            """),
        .init(
            "Calendar months begin at midnight where the account is",
            """
            2026-03-20 open plan=month
            2026-03-20 set zone=Europe/Vienna -> resets 2026-04-30T22:00
            2026-05-01 look                -> resets 2026-05-31T22:00
            """),
        .init(
            "From one's own months to those of the calendar and back, nothing comes twice",
            """
            2026-01-15 open plan=pro       -> resets 2026-02-15
            2026-01-20 charge 100
            2026-01-25 plan month when=now -> monthly 0, resets 2026-02-01
            2026-02-01 look                -> monthly 0
            2026-02-15 look                -> monthly 50, resets 2026-03-01
            2026-02-20 charge 50
            2026-02-21 plan pro            -> monthly 50
            """),
    ]

    static let unpaid: [ScenarioTests.Story] = [
        .init(
            "An unpaid renewal brings the allowance, which ends with the grace",
            """
            2026-01-31 open
            2026-02-10 plan lenient ends=2026-03-10 -> monthly 100
            2026-03-10 look                -> plan lenient, monthly 100
            2026-03-17 look                -> plan free, monthly 5
            """),
        .init(
            "With grace_allowance none an unpaid renewal brings nothing, and a paid one all of it",
            """
            2026-01-31 open
            2026-02-10 plan strict ends=2026-03-10 -> monthly 100
            2026-02-20 charge 60           -> monthly 40
            2026-03-10 look                -> plan strict, monthly 0, resets 2026-04-10
            2026-03-10 charge 1            -> refused insufficient_credits
            2026-03-12 renew ends=2026-04-10 -> monthly 100, resets 2026-04-10
            """),
        .init(
            "With grace_allowance none what follows the grace gives its own allowance",
            """
            2026-01-31 open
            2026-02-10 plan strict ends=2026-03-10
            2026-03-16 look                -> plan strict, monthly 0
            2026-03-17 look                -> plan free, monthly 5
            """),
        .init(
            "A trial gives its own allowances, and the plan's when it is paid for, less what was used",
            """
            2025-06-05 open
            2026-02-10 plan taste trial=2026-02-24 ends=2026-03-24 -> plan taste, monthly 20
            2026-02-12 charge 15           -> monthly 5
            2026-02-23 look                -> monthly 5
            2026-02-24 look                -> monthly 85, resets 2026-03-24
            2026-03-10 look                -> monthly 100
            2026-03-24 look                -> plan free, monthly 5
            """),
        .init(
            "A trial of a plan without trial allowances gives the plan's",
            """
            2026-01-31 open
            2026-02-10 plan gold trial=2026-02-24 -> monthly 200
            2026-02-24 look                -> monthly 200
            """),
        .init(
            "A trial must end in the future, with what is paid for, and begin now",
            """
            2026-01-31 open
            2026-02-10 plan taste trial=2026-02-09 -> refused invalid_request
            2026-02-10 plan taste trial=2026-02-24 ends=2026-02-20 -> refused invalid_request
            2026-02-10 plan taste trial=2026-02-24 when=period_end -> refused invalid_request
            """),
        .init(
            "Seats multiply what is per seat, at once when there are more or fewer",
            """
            2026-01-31 open
            2026-02-01 plan seats seats=5  -> monthly 50
            2026-02-02 charge 8            -> monthly 42
            2026-02-03 plan seats seats=7  -> monthly 62
            2026-02-03 plan seats          -> monthly 62
            2026-02-04 plan seats seats=2  -> monthly 12
            2026-02-28 look                -> monthly 20
            2026-03-01 plan seats seats=0  -> refused invalid_request
            2026-03-01 plan seats seats=1000001 -> refused invalid_request
            2026-03-01 plan pro seats=5    -> monthly 100
            """),
        .init(
            "Seats come back with a plan that comes back by renewal, and wait with a change that waits",
            """
            2026-01-31 open
            2026-01-31 plan seats seats=4 ends=2026-02-28 -> monthly 40
            2026-02-28 look                -> plan free, monthly 5
            2026-03-10 renew ends=2026-04-10 -> plan seats, monthly 40
            2026-03-11 plan seats seats=9  -> monthly 90
            2026-03-12 plan taste          -> plan taste, monthly 100
            2026-03-13 plan seats seats=2 when=period_end -> plan taste
            2026-04-12 look                -> plan seats, monthly 20
            """),
    ]
}
