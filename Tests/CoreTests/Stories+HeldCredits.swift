/// What becomes of credits that an open hold reserves when the plan or the grant behind them is cut.
extension Stories {
    static let heldCredits: [ScenarioTests.Story] = [
        .init(
            "A downgrade now lets held credits serve their hold; what is released beyond the new allowance lapses",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 90 as h        -> available 10
            2026-02-01 00:01 plan free when=now -> monthly 90, held 90, available 0
            2026-02-01 00:02 charge 1      -> refused insufficient_credits
            2026-02-01 00:03 release h     -> monthly 5, held 0, available 5, used 0
            """),
        .init(
            "After a downgrade now, a capture counts as used and what it leaves lapses down to the new allowance",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 90 as h
            2026-02-01 00:01 plan free when=now
            2026-02-01 00:02 capture h 3   -> monthly 2, held 0, available 2, used 3
            2026-02-28 look                -> monthly 5, used 0
            """),
        .init(
            "After a downgrade now, a capture beyond the new allowance leaves nothing and makes no debt",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 90 as h
            2026-02-01 00:01 plan free when=now
            2026-02-01 00:02 capture h 60  -> monthly 0, held 0, debt 0, available 0, used 60
            """),
        .init(
            "Of several holds, what is released first lapses first",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 45 as one
            2026-02-01 hold 45 as two
            2026-02-01 00:01 plan free when=now -> monthly 90, held 90, available 0
            2026-02-01 00:02 release one   -> monthly 45, held 45, available 0
            2026-02-01 00:03 capture two 4 -> monthly 1, held 0, available 1, used 4
            """),
        .init(
            "A hold that ends by itself after a downgrade now gives back no more than the new allowance",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 50 as h
            2026-02-01 plan free when=now  -> monthly 50, held 50, available 0
            2026-02-01 00:15 look          -> monthly 5, held 0, available 5
            """),
        .init(
            "Down and up again while credits are held gives no more than the plan does",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 90 as h
            2026-02-01 00:01 plan free when=now -> monthly 90, available 0
            2026-02-01 00:02 plan pro      -> monthly 100, held 90, available 10
            2026-02-01 00:03 release h     -> monthly 100, held 0, available 100
            """),
        .init(
            "Down while held, and up after what was released has lapsed, tops up to the full allowance",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 90 as h
            2026-02-01 00:01 plan free when=now
            2026-02-01 00:02 release h     -> monthly 5
            2026-02-01 00:03 plan pro      -> monthly 100, available 100
            """),
        .init(
            "Released credits that lapse pay no debt; those within the new allowance do",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 100 as h
            2026-02-01 00:01 plan free when=now
            2026-02-01 00:02 track 7       -> observed insufficient_credits, debt 7
            2026-02-01 00:03 release h     -> debt 2, monthly 0, available -2, used 5
            """),
        .init(
            "A plan without the allowance lets held credits serve their hold, and the rest lapses",
            """
            2026-01-31 open plan=pro
            2026-02-01 hold 90 as h
            2026-02-01 00:01 plan none when=now -> monthly 90, held 90, available 0
            2026-02-01 00:02 capture h 30  -> monthly 0, held 0, debt 0, available 0
            """),
        .init(
            "A reset after a downgrade now gives the new allowance whole; the old hold is still served",
            """
            2026-01-31 open plan=pro
            2026-02-27 23:55 hold 90 as h
            2026-02-27 23:56 plan free when=now -> monthly 90, available 0
            2026-02-28 look                -> monthly 95, held 90, available 5
            2026-02-28 00:05 release h     -> monthly 5, held 0, available 5, used 0
            """),
        .init(
            "A capture from a monthly grant that was voided by hand counts as used in its period",
            """
            2026-01-31 open
            2026-01-31 grant 4 monthly as g
            2026-01-31 hold 9 as h         -> available 0
            2026-01-31 00:01 void g        -> monthly 9, held 9, available 0
            2026-01-31 00:02 void g        -> refused grant_closed
            2026-01-31 00:03 capture h 8   -> monthly 0, held 0, used 8, available 0, debt 0
            """),
        .init(
            "A capture from a voided monthly grant after the reset does not count in the new period",
            """
            2026-01-31 open plan=pro
            2026-01-31 grant 4 monthly expires=2026-02-28 as g
            2026-02-27 23:55 hold 104 as h -> available 0
            2026-02-27 23:56 void g        -> monthly 104, available 0
            2026-02-28 00:01 capture h 104 -> monthly 100, used 0, held 0, debt 0
            """),
        .init(
            "A refund of a charge returns as a refund grant where a downgrade now left nothing but held credits",
            """
            2026-01-31 open plan=pro
            2026-02-01 charge 20 as c
            2026-02-01 hold 80 as h
            2026-02-01 00:01 plan free when=now -> monthly 80, available 0
            2026-02-01 00:02 refund c 6    -> refund 6, available 6
            2026-02-01 00:03 release h     -> monthly 0, refund 6, available 6
            """),
    ]
}
