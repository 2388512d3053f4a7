extension CatalogTemplate {
    static let sampleDocument = """
        # A catalog says what is sold. Apply a changed copy with: scrip catalog apply FILE
        credit_types:
          - {id: credits, name: Credits, usd_value: "0.01"}
        default_plan: free
        plans:
          - id: free
            name: Free
            allowances: [{credit_type: credits, amount: "5", every: month}]
            actions: [ai_chat_message, summarize]        # what the plan allows, apart from any balance
          - id: pro
            name: Pro
            allowances: [{credit_type: credits, amount: "100", every: month}]
            price: {minor_units: 1900, currency: usd}
          - id: team
            name: Team
            allowances: [{credit_type: credits, amount: "1000", every: month, rollover: "200"}]
            overage: {limit: "50"}                       # may go this far into debt
            price: {minor_units: 9900, currency: usd}
        actions:
          - {id: ai_chat_message, name: AI chat message, credit_type: credits, rate: {fixed: "1"}}
          - {id: summarize, name: Summary, credit_type: credits, rate: {per_tokens: {tokens: 2000, credits: "1"}}}
          - {id: transcription, name: Transcription, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "0.01"}}}
          - {id: video_analysis, name: Video analysis, credit_type: credits, rate: {compute: {usd: "0.04", markup: "1.25"}}}
          # what the model's tokens cost by the price book, and a fifth more; `models:` would set own prices
          - {id: ask_model, name: Question to a model, credit_type: credits, rate: {model_tokens: {markup: "1.2"}}}
        packs:
          - {id: starter, credit_type: credits, credits: "100", price: {minor_units: 900, currency: usd}}

        """

    static let subscriptionCreditsDocument = """
        # Free 5 and Pro 100 credits a month; a request takes 1 credit, which is worth 2,000 tokens; 429 when empty.
        # Enterprise is a tier without a number given; unlimited is chosen here. `tokens` is for requests of any length.
        credit_types:
          - {id: credits, name: Credits}
        default_plan: free
        plans:
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5", every: month}]}
          - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "100", every: month}]}
          - {id: enterprise, name: Enterprise, allowances: [{credit_type: credits, amount: unlimited}]}
        actions:
          - {id: start_workflow, name: Start workflow, credit_type: credits, rate: {fixed: "1"}}
          - {id: generate_review, name: Generate review, credit_type: credits, rate: {fixed: "1"}}
          - {id: tokens, name: Tokens, credit_type: credits, rate: {per_tokens: {tokens: 2000, credits: "1"}}}

        """

    static let dualCreditsDocument = """
        # Monthly credits do not accumulate; purchased ones never expire; monthly ones pay first.
        # How many credits the plans give, what actions take and what packs cost are examples: no numbers are given.
        credit_types:
          - {id: credits, name: Credits}
        default_plan: free
        plans:
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "10", every: month}]}
          - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "200", every: month}]}
        actions:
          - {id: generate, name: Generate, credit_type: credits, rate: {fixed: "1"}}
          - {id: generate_hd, name: Generate in high quality, credit_type: credits, rate: {fixed: "4"}}
        packs:
          - {id: small, credit_type: credits, credits: "100", price: {minor_units: 900, currency: usd}}
          - {id: large, credit_type: credits, credits: "500", price: {minor_units: 3900, currency: usd}}
        burn_order: [monthly, rollover, promotional, bonus, refund, adjustment, purchased]

        """

    static let organizationTokensDocument = """
        # Five separate balances per organisation. Starter has 0 of each and may not do what takes them.
        # Given are two of the types, Pro's amounts of them (50 and 20), 3 tokens for a quest, and 30 days. The other
        # three types, their amounts, and what other actions take are examples.
        credit_types:
          - {id: lead_generation, name: Lead generation}
          - {id: goal_generation, name: Goal generation}
          - {id: content_generation, name: Content generation}
          - {id: data_analysis, name: Data analysis}
          - {id: chat_assistant, name: Chat assistant}
        default_plan: starter
        plans:
          - id: starter
            name: Starter
            allowances:
              - {credit_type: lead_generation, amount: "0", every: {days: 30}}
              - {credit_type: goal_generation, amount: "0", every: {days: 30}}
              - {credit_type: content_generation, amount: "0", every: {days: 30}}
              - {credit_type: data_analysis, amount: "0", every: {days: 30}}
              - {credit_type: chat_assistant, amount: "0", every: {days: 30}}
            actions: []
          - id: pro
            name: Pro
            allowances:
              - {credit_type: lead_generation, amount: "50", every: {days: 30}}
              - {credit_type: goal_generation, amount: "20", every: {days: 30}}
              - {credit_type: content_generation, amount: "50", every: {days: 30}}
              - {credit_type: data_analysis, amount: "30", every: {days: 30}}
              - {credit_type: chat_assistant, amount: "100", every: {days: 30}}
          - id: enterprise
            name: Enterprise
            allowances:
              - {credit_type: lead_generation, amount: unlimited, every: {days: 30}}
              - {credit_type: goal_generation, amount: unlimited, every: {days: 30}}
              - {credit_type: content_generation, amount: unlimited, every: {days: 30}}
              - {credit_type: data_analysis, amount: unlimited, every: {days: 30}}
              - {credit_type: chat_assistant, amount: unlimited, every: {days: 30}}
        actions:
          - {id: generate_lead, name: Generate a lead, credit_type: lead_generation, rate: {fixed: "1"}}
          - {id: generate_quest, name: Generate an AI quest, credit_type: goal_generation, rate: {fixed: "3"}}
          - {id: generate_content, name: Generate content, credit_type: content_generation, rate: {fixed: "1"}}
          - {id: analyze_data, name: Analyse data, credit_type: data_analysis, rate: {fixed: "1"}}
          - {id: chat, name: Chat, credit_type: chat_assistant, rate: {fixed: "1"}}

        """

    static let usageTrackingDocument = """
        # Twelve action types of an app that tracks what its users do, in small fractions of a credit. Each cost says
        # whether it is given or chosen; so is the monthly allowance (chosen). AI actions are rated by what their model's
        # tokens cost by the price book; a credit is worth a dollar (chosen), and the markup is none (chosen). Usage is
        # tracked after it happened, so it is never refused and may lead into debt.
        credit_types:
          - {id: credits, name: Credits, usd_value: "1"}
        default_plan: standard
        plans:
          - {id: standard, name: Standard, allowances: [{credit_type: credits, amount: "10", every: month}]}
        actions:
          # given: by tokens and model
          - {id: ai_chat_message, name: AI chat message, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          # given: by tokens and model
          - {id: ai_comment_response, name: AI comment response, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          # given: by tokens and model
          - {id: ai_content_suggestion, name: AI content suggestion, credit_type: credits, rate: {model_tokens: {markup: "1"}}}
          # given
          - {id: workflow_execution, name: Workflow, credit_type: credits, rate: {fixed: "0.001"}}
          # given
          - {id: scheduled_task, name: Scheduled task, credit_type: credits, rate: {fixed: "0.0005"}}
          # given: one event for the whole operation
          - {id: bulk_operation, name: Bulk operation, credit_type: credits, rate: {fixed: "0.01"}}
          # chosen, as any bulk operation
          - {id: bulk_message_send, name: Bulk message, credit_type: credits, rate: {fixed: "0.01"}}
          # given
          - {id: youtube_sync, name: YouTube sync, credit_type: credits, rate: {fixed: "0.005"}}
          # chosen, as a scheduled task
          - {id: comment_fetch, name: Comment fetch, credit_type: credits, rate: {fixed: "0.0005"}}
          # chosen, as two bulk operations
          - {id: video_analysis, name: Video analysis, credit_type: credits, rate: {fixed: "0.02"}}
          # given
          - {id: analytics_generation, name: Analytics, credit_type: credits, rate: {fixed: "0.002"}}
          # chosen, as analytics
          - {id: report_export, name: Report export, credit_type: credits, rate: {fixed: "0.002"}}
        # A model that nobody knows the price of is recorded at no charge, and waits among the tracking failures.
        unknown_model: record

        """
}
