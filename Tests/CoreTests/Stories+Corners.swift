/// Where two rules meet.
extension Stories {
    static let corners: [ScenarioTests.Story] = [
        .init(
            "A plan that ends on a period's first moment decides nothing of that period, however late anyone looks",
            """
            2026-01-01 open plan=saver
            2026-01-01 plan saver ends=2026-04-01 fallback=free
            2026-04-02 look                -> plan free, monthly 5, rollover 0, available 5
            """),
        .init(
            "A grant for later that was taken back never comes, and pays no debt",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 5 bonus from=2026-01-10 as g
            2026-01-02 void g
            2026-01-02 void g              -> refused grant_closed
            2026-01-03 track 3             -> observed insufficient_credits, debt 3
            2026-01-11 look                -> debt 3, bonus 0, available -3
            """),
        .init(
            "What was held from the overage is paid by credits that came meanwhile, and goes back to them",
            """
            2026-01-01 open plan=postpaid
            2026-01-01 hold 8 as h         -> held 8, available -8
            2026-01-01 grant 10 purchased  -> available 2
            2026-01-01 capture h 8 as c    -> held 0, debt 0, purchased 2, available 2
            2026-01-01 refund c            -> purchased 10, refund 0
            """),
        .init(
            "Credits that will pay for a hold in the overage are not available to anything else",
            """
            2026-01-01 open plan=postpaid
            2026-01-01 hold 8 as h
            2026-01-01 plan none when=now
            2026-01-01 grant 10 purchased  -> available 2
            2026-01-01 charge 5            -> refused insufficient_credits, available 2
            2026-01-01 hold 5              -> refused insufficient_credits, available 2
            2026-01-01 adjust -5 because=x -> refused insufficient_credits, available 2
            2026-01-01 charge 2            -> available 0
            2026-01-01 charge 0            -> available 0
            2026-01-01 capture h 8         -> debt 0, purchased 0, available 0
            """),
        .init(
            "What is free in debt may be charged nothing more",
            """
            2026-01-01 open plan=none
            2026-01-01 track 3             -> observed insufficient_credits, debt 3
            2026-01-01 charge 0            -> debt 3
            2026-01-01 charge 0.000000001  -> refused insufficient_credits, debt 3
            """),
        .init(
            "Only credits that end with the period roll over; a monthly grant by hand without an end stays as it is",
            """
            2026-01-01 open plan=saver
            2026-01-01 charge 10           -> monthly 0
            2026-01-01 grant 3 monthly     -> monthly 3
            2026-02-01 look                -> monthly 13, rollover 0, available 13
            """),
        .init(
            "A change of plan leaves a monthly grant for later alone",
            """
            2026-01-01 open plan=saver
            2026-01-01 grant 5 monthly from=2026-01-10
            2026-01-02 plan none when=now  -> monthly 0, posted 0
            2026-01-10 look                -> monthly 5, available 5
            """),
        .init(
            "What a hold gives back after the reset neither stays nor rolls over",
            """
            2026-01-01 open plan=saver
            2026-01-31 23:50 hold 10 as h  -> available 0
            2026-02-01 00:00 look          -> monthly 20, held 10, rollover 0, available 10
            2026-02-01 00:01 release h     -> monthly 10, held 0, rollover 0, available 10, used 0
            """),
        .init(
            "A capture above the hold draws the rest from the new period, late or not",
            """
            2026-01-31 open
            2026-02-27 23:55 hold 4 as h
            2026-02-28 00:01 capture h 6   -> monthly 3, used 2, held 0, debt 0
            """),
        .init(
            "A late capture beyond the balance becomes debt",
            """
            2026-01-31 open
            2026-01-31 00:00 hold 4 as h
            2026-01-31 01:00 capture h 9   -> debt 4, monthly 0, used 5
            """),
        .init(
            "A change back before the period ends takes the waiting downgrade away",
            """
            2026-01-31 open plan=pro
            2026-02-02 plan free           -> plan pro, monthly 100
            2026-02-03 plan pro            -> plan pro, monthly 100
            2026-02-28 look                -> plan pro, monthly 100
            """),
        .init(
            "An upgrade pays debt from what it brings",
            """
            2026-01-31 open
            2026-02-01 track 9             -> observed insufficient_credits, debt 4, used 5
            2026-02-02 plan pro            -> debt 0, monthly 91, used 9
            2026-02-28 look                -> monthly 100, used 0
            """),
        .init(
            "Purchased and bonus credits come through every change of plan",
            """
            2026-01-31 open plan=pro
            2026-02-01 grant 7 purchased
            2026-02-01 grant 3 bonus
            2026-02-02 plan weekly when=now -> monthly 7, purchased 7, bonus 3
            2026-02-02 plan endless        -> unlimited yes, purchased 7, bonus 3
            2026-02-02 plan none when=now  -> monthly 0, purchased 7, bonus 3, available 10
            2027-02-02 look                -> purchased 7, bonus 3, available 10
            """),
        .init(
            "A tracked refund lessens the debt first, whatever paid for it",
            """
            2026-01-31 open
            2026-02-01 charge 5 as c       -> available 0
            2026-02-01 track 3             -> observed insufficient_credits, debt 3
            2026-02-01 refund c            -> debt 0, monthly 2, used 3
            """),
        .init(
            "What a hold gives back to a grant that was voided meanwhile lapses at once",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 10 bonus as g
            2026-01-01 hold 4 as h         -> available 6
            2026-01-01 00:01 void g        -> bonus 4, held 4, available 0
            2026-01-01 00:02 void g        -> refused grant_closed
            2026-01-01 00:05 release h     -> bonus 0, held 0, available 0, posted 0
            2026-01-01 00:06 charge 1      -> refused insufficient_credits
            """),
        .init(
            "A grant that is held whole can be voided: its hold is still served, what is not captured lapses",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 4 bonus as g
            2026-01-01 hold 4 as h         -> available 0
            2026-01-01 00:01 void g        -> bonus 4, held 4, available 0
            2026-01-01 00:02 capture h 3   -> bonus 0, held 0, debt 0, available 0
            """),
        .init(
            "A refund of what a voided grant paid becomes a refund grant",
            """
            2026-01-01 open plan=none
            2026-01-01 grant 4 bonus as g
            2026-01-01 hold 1 as h
            2026-01-01 charge 2 as c
            2026-01-01 00:01 void g        -> bonus 1, available 0
            2026-01-01 00:02 refund c      -> bonus 1, refund 2, available 2
            """),
        .init(
            "A refund of unlimited use lowers only the count of the period it was used in",
            """
            2026-01-01 open plan=endless
            2026-01-10 charge 7 as january -> used 7
            2026-02-10 charge 3 as february -> used 3
            2026-02-11 refund january      -> used 3, refund 0, available 0
            2026-02-11 refund february 1   -> used 2
            """),
    ]
}
