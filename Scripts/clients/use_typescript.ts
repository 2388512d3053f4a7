// Uses Scrip through the client that openapi-generator made of openapi.yaml: node use_typescript.js URL SECRET
import {
    AccountsApi, BalancesApi, ChargesApi, Configuration, EntriesApi, GrantsApi, HoldsApi, ResponseError, UsageApi,
} from "./index";

declare const process: { argv: string[]; exit(code: number): never };

const [url, secret] = process.argv.slice(2);
const configuration = new Configuration({ basePath: url, accessToken: secret });
const account = "typescript";
const rawUsage = {
    id: "msg_typescript", type: "message", model: "claude-sonnet-4-5",
    usage: { input_tokens: 1200, cache_read_input_tokens: 8000, output_tokens: 300 },
};

function expect(found: unknown, wanted: unknown, what: string) {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        console.error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
        process.exit(1);
    }
    console.log(`  ${what}: ${JSON.stringify(found)}`);
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
    try {
        await call;
    } catch (error) {
        if (error instanceof ResponseError) return [error.response.status, (await error.response.json()).code];
        throw error;
    }
    return "not refused";
}

async function main() {
    const charges = new ChargesApi(configuration);
    const holds = new HoldsApi(configuration);
    const usage = new UsageApi(configuration);

    await new AccountsApi(configuration).putAccount({ account, accountRequest: { name: "TypeScript", plan: "pro" } });
    const granted = await new GrantsApi(configuration).grant({
        account, grantRequest: { amount: "50.5", source: "purchased" },
    });
    expect(granted.balance?.available, "150.5", "granted; available");

    const allowed = await charges.check({ account, chargeRequest: { action: "ai_chat_message" } });
    expect([allowed.allowed, allowed.required], [true, "1"], "checked; allowed and required");
    const message = { account, idempotencyKey: "typescript-1", chargeRequest: { action: "ai_chat_message" } };
    const charged = await charges.charge(message);
    expect([charged.entry?.kind, charged.entry?.amount], ["charge", "-1"], "charged");
    expect((await charges.charge(message)).entry?.id, charged.entry?.id, "charged again with the same key");
    const counted = { action: "summarize", usage: { input_tokens: 3000, output_tokens: 1000 } };
    expect((await charges.charge({ account, chargeRequest: counted })).entry?.amount, "-2", "charged by counts");
    // 1.2 × (1,200 × $3 + 8,000 × $0.30 + 300 × $15) / 1,000,000, at a cent a credit.
    const byResponse = { action: "ask_model", rawUsage };
    const priced = await charges.charge({ account, chargeRequest: byResponse });
    expect(priced.entry?.amount, "-1.26", "charged by a response");
    const rating = await charges.rate({ rateRequest: { action: "ask_model", rawUsage: [rawUsage] } });
    expect([rating.amount, rating.costUsd], ["1.26", "0.0105"], "rated a list of one response");

    const large = { amount: "1000", creditType: "credits" };
    expect(await refusal(charges.charge({ account, chargeRequest: large })), [429, "insufficient_credits"], "refused");
    const stray = { action: "no_such_action" };
    expect(await refusal(charges.charge({ account, chargeRequest: stray })), [422, "unknown_action"], "refused");

    const fixed = { amount: "5", creditType: "credits" };
    const hold = (await holds.placeHold({ account, holdRequest: fixed })).hold;
    expect([hold.status, hold.amount], ["open", "5"], "held");
    expect((await holds.listHolds({ account })).data.map((one) => one.id), [hold.id], "listed holds");
    const captured = await holds.captureHold({ account, hold: hold.id, captureRequest: byResponse });
    expect([captured.hold.status, captured.hold.captured], ["captured", "1.26"], "captured by a response");
    const second = (await holds.placeHold({ account, holdRequest: { action: "ai_chat_message" } })).hold;
    const whole = await holds.captureHold({ account, hold: second.id });
    expect([whole.hold.captured, whole.entry?.amount], ["1", "-1"], "captured the whole hold");
    const third = (await holds.placeHold({ account, holdRequest: { action: "ai_chat_message" } })).hold;
    const released = await holds.releaseHold({ account, hold: third.id });
    expect(released.hold.status, "released", "released");

    const recorded = await usage.recordUsage({
        usageEvents: {
            events: [
                { id: "typescript-event", account, action: "ai_chat_message" },
                { account, action: "ask_model", rawUsage },
                { id: "typescript-stray", account: "nobody", action: "ai_chat_message" },
            ],
        },
    });
    expect(recorded.results.map((result) => result.status), ["charged", "charged", "failed"], "recorded usage");

    const entries = await new EntriesApi(configuration).listEntries({ account, limit: 2 });
    expect(entries.data.map((entry) => entry.kind), ["charge", "charge"], "listed entries");
    const report = await usage.getUsage({ account });
    const asked = report.data.filter((row) => row.action === "ask_model").map((row) => row.charged);
    expect(asked, ["3.78"], "summed the usage");
    const balance = await new BalancesApi(configuration).getBalance({ account });
    expect(balance.balances[0]?.available, "141.72", "available");
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
