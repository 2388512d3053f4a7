extension Stories {
    static let planning: [ScenarioTests.Story] = [
        .init(
            "An upgrade tops up to the new allowance at once, less what was used",
            """
            2026-01-31 open
            2026-02-01 charge 3            -> available 2
            2026-02-02 grant 6 bonus
            2026-02-02 plan pro            -> plan pro, monthly 97, bonus 6, used 3
            2026-02-28 look                -> monthly 100, bonus 6, used 0
            """),
        .init(
            "A downgrade waits for the end of the period",
            """
            2026-01-31 open plan=pro
            2026-02-01 charge 10
            2026-02-02 plan free           -> plan pro, monthly 90
            2026-02-28 look                -> plan free, monthly 5
            """),
        .init(
            "A downgrade now cuts the monthly grant and touches nothing else",
            """
            2026-01-31 open plan=pro
            2026-02-01 grant 7 purchased
            2026-02-01 charge 2
            2026-02-02 plan free when=now  -> plan free, monthly 3, purchased 7
            2026-02-02 plan pro            -> monthly 98, purchased 7
            """),
        .init(
            "A downgrade below what was used leaves nothing and takes nothing more",
            """
            2026-01-31 open plan=pro
            2026-02-01 charge 50
            2026-02-01 plan free when=now  -> monthly 0, debt 0, available 0
            """),
        .init(
            "A paid period that ends falls back",
            """
            2026-01-31 open plan=free
            2026-02-01 plan pro ends=2026-03-15 fallback=free -> plan pro, monthly 100
            2026-03-14 look                -> plan pro, monthly 100
            2026-03-15 look                -> plan free, monthly 5
            """),
        .init(
            "Renewing moves the end and gives nothing twice",
            """
            2026-01-31 open plan=free
            2026-02-01 plan pro ends=2026-03-15
            2026-02-02 charge 40           -> monthly 60
            2026-02-03 plan pro ends=2026-04-15 -> monthly 60
            2026-02-03 plan pro ends=2026-04-15 -> monthly 60
            2026-03-20 look                -> plan pro
            2026-04-15 look                -> plan free
            """),
        .init(
            "Rollover carries at most its cap into the next period, again and again",
            """
            2026-01-01 open plan=saver     -> available 10
            2026-01-15 charge 3            -> available 7
            2026-02-01 look                -> monthly 10, rollover 4, available 14
            2026-02-01 charge 12           -> monthly 0, rollover 2
            2026-03-01 look                -> monthly 10, rollover 2
            2026-09-01 look                -> monthly 10, rollover 4
            """),
        .init(
            "Every seven days means every seven days",
            """
            2026-01-01 open plan=weekly
            2026-01-07 charge 7            -> available 0
            2026-01-08 look                -> available 7
            2026-03-01 look                -> available 7
            """),
        .init(
            "From unlimited to limited, what was used counts",
            """
            2026-01-31 open plan=endless
            2026-02-01 charge 30
            2026-02-01 plan pro when=now   -> monthly 70, unlimited no
            """),
        .init(
            "A plan without the allowance ends it, and its credits with it",
            """
            2026-01-31 open plan=pro
            2026-02-01 grant 3 purchased
            2026-02-01 plan none when=now  -> monthly 0, purchased 3, available 3
            2026-02-01 plan nothing        -> refused unknown_plan
            """),
        .init(
            "An anchor on the 31st clamps and comes back",
            """
            2026-01-31 open
            2026-02-28 charge 5            -> available 0
            2026-03-30 look                -> available 0
            2026-03-31 look                -> available 5
            """),
    ]

    static let correcting: [ScenarioTests.Story] = [
        .init(
            "A refund returns to the grants it drew on, last drawn first",
            """
            2026-01-31 open
            2026-01-31 grant 10 purchased
            2026-01-31 charge 8 as c       -> monthly 0, purchased 7
            2026-01-31 refund c 4          -> monthly 1, purchased 10, used 4
            2026-01-31 refund c            -> monthly 5, purchased 10, used 0
            2026-01-31 refund c            -> refused refund_exceeds_charge
            """),
        .init(
            "A refund of an expired grant's credits becomes a refund grant",
            """
            2026-01-31 open
            2026-01-31 charge 4 as c
            2026-02-28 refund c            -> monthly 5, refund 4, available 9
            2026-03-31 look                -> monthly 5, refund 4
            """),
        .init(
            "A refund of debt lessens it; debt that was paid since becomes a refund grant",
            """
            2026-01-01 open plan=none
            2026-01-01 track 6 as c        -> observed insufficient_credits, debt 6
            2026-01-01 refund c 2          -> debt 4
            2026-01-02 grant 10 purchased  -> debt 0, purchased 6
            2026-01-03 refund c            -> refund 4, available 10
            """),
        .init(
            "Only charges can be refunded",
            """
            2026-01-31 open
            2026-01-31 grant 1 bonus as g
            2026-01-31 refund g            -> refused not_refundable
            2026-01-31 hold 2 as h
            2026-01-31 capture h 2
            2026-01-31 refund h            -> refused not_refundable
            """),
        .init(
            "A refund reopens a grant that was used up",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 purchased as g
            2026-01-01 charge 5 as c       -> available 0
            2026-01-01 void g              -> refused grant_closed
            2026-01-01 refund c            -> purchased 5
            2026-01-01 void g              -> purchased 0, available 0
            """),
        .init(
            "A refund of credits from a voided grant becomes a refund grant",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 purchased as g
            2026-01-01 charge 2 as c
            2026-01-01 void g              -> available 0
            2026-01-01 refund c            -> purchased 0, refund 2
            """),
        .init(
            "Voiding takes what is free and leaves what is held",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 purchased as g
            2026-01-01 hold 2 as h
            2026-01-01 void g              -> purchased 2, held 2, available 0
            2026-01-01 void g              -> refused grant_closed
            2026-01-01 capture h 2         -> posted 0
            """),
        .init(
            "Adjustments need a reason and never overdraw",
            """
            2026-01-31 open
            2026-01-31 adjust -1           -> refused invalid_request
            2026-01-31 adjust -1 because=x -> available 4
            2026-01-31 adjust -9 because=x -> refused insufficient_credits
            2026-01-31 adjust 3 because=x  -> adjustment 3, available 7
            2026-01-31 adjust 0 because=x  -> refused invalid_request
            """),
        .init(
            "A grant for later counts from its time on",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 bonus from=2026-01-10 as g -> available 0, bonus 0
            2026-01-09 charge chat         -> refused insufficient_credits
            2026-01-10 charge chat         -> available 4
            """),
        .init(
            "A grant for later can be taken back before",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 bonus from=2026-01-10 as g
            2026-01-02 void g
            2026-01-11 look                -> available 0
            """),
        .init(
            "Grants that end before they begin, or have no amount, are refused",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 bonus expires=2025-12-31 -> refused invalid_request
            2026-01-01 grant 0 bonus       -> refused invalid_request
            2026-01-01 grant 2000000000 bonus -> refused amount_out_of_range
            """),
        .init(
            "Nothing can be done to an account that was never opened",
            """
            2026-01-01 charge chat         -> refused account_not_found
            2026-01-01 grant 5 bonus       -> refused account_not_found
            """),
    ]
}
