using CsCheck;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>
/// Random interleavings compared with a simple model: every result and, at the end, every counter agrees with it, and the ledger verifies.
/// </summary>
public sealed class ModelTests
{
    private static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 2], Gen.Long[1, 6], (kind, token, quantity) => new Step(kind, token, quantity)).Array[40];

    [Fact]
    public async Task Any_interleaving_agrees_with_the_model() =>
        await Steps.SampleAsync(async steps => await PlayAsync(steps), iter: 12, threads: 1);

    private static async Task PlayAsync(Step[] steps)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var soon = await sqlite.Data.BuyAsync(owner, 25, 1, validityDays: 2);
        var late = await sqlite.Data.BuyAsync(owner, 40, 2, validityDays: 300);
        var acme = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var blue = await sqlite.Data.AddCustomerAsync(owner, "Blue");
        IssuedToken[] tokens =
        [
            await sqlite.Data.IssueAsync(owner, acme, limit: 20, expiresAtUtc: sqlite.Clock.GetUtcNow().AddDays(3)),
            await sqlite.Data.IssueAsync(owner, acme),
            await TestData.Valued(
                sqlite.Data.Tokens.IssueAsync(owner, blue.Id, new TokenRequest("staging", 12, null) { LimitPeriod = LimitPeriod.Month })),
        ];
        await TestData.Valued(new ConverterCostService(sqlite.Database, sqlite.Clock).SetAsync(
            TestData.Operator, ConverterCost.AllConverters, new StatedCost(1, CeilingPerRequest: 100)));
        var model = new Model(
            [new Lot(soon.Conversions, soon.ExpiresAtUtc), new Lot(late.Conversions, late.ExpiresAtUtc)],
            [new Limit("Acme", 20, tokens[0].Token.ExpiresAtUtc), new Limit("Acme", null, null), new Limit("Blue", 12, null)]);
        foreach (var step in steps)
        {
            await StepAsync(sqlite, owner, tokens, model, step);
        }

        await using var db = sqlite.OpenAll();
        foreach (var (token, index) in tokens.Select((t, i) => (t.Token, i)))
        {
            var row = await db.ApiTokens.SingleAsync(t => t.Id == token.Id);
            Assert.Equal((model.Limits[index].Used, model.Limits[index].Reserved), (row.Used, row.Reserved));
        }

        Assert.Equal(
            model.Lots.Select(l => (l.Used, l.Reserved)),
            (await db.CreditLots.OrderBy(l => l.ExpiresAtUtc).ToListAsync()).Select(l => (l.Used, l.Reserved)));
        Assert.Equal(model.Limits.Sum(l => l.Used), await db.LedgerEntries.SumAsync(e => e.Quantity));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    private static async Task StepAsync(TestDatabase sqlite, Actor owner, IssuedToken[] tokens, Model model, Step step)
    {
        var now = sqlite.Clock.GetUtcNow();
        switch (step.Kind)
        {
            case < 45:
                var result = await sqlite.ReserveAsync(tokens[step.Token].Secret, step.Quantity);
                var parts = model.Reserve(step.Token, step.Quantity, now);
                Assert.Equal(parts is not null, result is ReserveResult.Held);
                if (parts is not null)
                {
                    model.Held.Add((((ReserveResult.Held)result).Key, step.Token, parts, now));
                }

                break;
            case < 80 when model.Held.Count > 0:
                var (id, token, held, _) = model.Held[(int)(step.Quantity % model.Held.Count)];
                model.Held.RemoveAll(h => h.Id == id);
                var charged = step.Kind < 65 ? held.Sum(p => p.Quantity) : step.Quantity - 1;
                await sqlite.Meter.SettleAsync(new SettleRequest(id, charged));
                model.Settle(token, held, charged, now);
                break;
            case < 84:
                await sqlite.RestartAsync();
                break;
            case < 92:
                sqlite.Clock.Advance(TimeSpan.FromHours(step.Quantity * 3));
                await sqlite.SweepAsync();
                foreach (var dead in model.Held
                    .Where(h => h.At < sqlite.Clock.GetUtcNow() - ReservationSweepWorker.DeadAfter)
                    .OrderBy(h => h.At)
                    .ThenBy(h => h.Id)
                    .ToList())
                {
                    model.Held.Remove(dead);
                    model.Settle(dead.Token, dead.Parts, dead.Parts.Sum(p => p.Quantity), sqlite.Clock.GetUtcNow());
                }

                break;
            case 97 or 98 when !model.Limits[step.Token].IsRevoked && !(model.Limits[step.Token].Ends <= now):
                long? limit = step.Kind == 97 && step.Token != 2 ? null : step.Quantity * 5;
                await TokenEditTests.EditAsync(sqlite, owner, tokens[step.Token], terms => terms with { UsageLimit = limit });
                model.Limits[step.Token].Most = limit;
                break;
            case 99:
                await sqlite.Data.Tokens.RevokeAsync(owner, tokens[step.Token].Token.Id);
                model.Limits[step.Token].IsRevoked = true;
                break;
        }
    }

    private sealed record Step(int Kind, int Token, long Quantity);

    private sealed record Lot(long Size, DateTimeOffset Ends)
    {
        public long Used { get; set; }

        public long Reserved { get; set; }
    }

    private sealed record Limit(string Customer, long? Granted, DateTimeOffset? Ends)
    {
        public long? Most { get; set; } = Granted;

        public long Used { get; set; }

        public long Reserved { get; set; }

        public bool IsRevoked { get; set; }
    }

    /// <summary>The rules in their simplest form. Everything happens in one month.</summary>
    private sealed record Model(Lot[] Lots, Limit[] Limits)
    {
        public List<(RowKey Id, int Token, List<(Lot Lot, long Quantity)> Parts, DateTimeOffset At)> Held { get; } = [];

        public List<(Lot Lot, long Quantity)>? Reserve(int token, long quantity, DateTimeOffset now)
        {
            var limit = Limits[token];
            if (limit.IsRevoked || limit.Ends <= now || limit.Used + limit.Reserved + quantity > limit.Most)
            {
                return null;
            }

            var inFlight = Limits.Where(l => l.Customer == limit.Customer).Sum(l => l.Reserved);
            var free = Lots.Where(l => l.Ends > now).Sum(l => Math.Max(0, l.Size - l.Used - l.Reserved));
            if (inFlight > 0 && (inFlight + quantity) * 2 > free + inFlight)
            {
                return null;
            }

            var parts = Take(quantity, now);
            if (parts.Sum(p => p.Quantity) < quantity)
            {
                return null;
            }

            limit.Reserved += quantity;
            parts.ForEach(p => p.Lot.Reserved += p.Quantity);
            return parts;
        }

        public void Settle(int token, List<(Lot Lot, long Quantity)> held, long charged, DateTimeOffset now)
        {
            Limits[token].Reserved -= held.Sum(p => p.Quantity);
            held.ForEach(p => p.Lot.Reserved -= p.Quantity);
            Limits[token].Used += charged;
            Lot? last = null;
            foreach (var (lot, quantity) in held)
            {
                Use(lot, Math.Min(quantity, charged));
            }

            foreach (var (lot, quantity) in Take(charged, now))
            {
                Use(lot, quantity);
            }

            if (charged > 0)
            {
                Use(last!, charged);
            }

            void Use(Lot lot, long quantity)
            {
                if (quantity > 0)
                {
                    lot.Used += quantity;
                    charged -= quantity;
                    last = lot;
                }
            }
        }

        private List<(Lot Lot, long Quantity)> Take(long quantity, DateTimeOffset now)
        {
            var parts = new List<(Lot, long)>();
            foreach (var lot in Lots.Where(l => l.Ends > now))
            {
                var part = Math.Min(quantity, Math.Max(0, lot.Size - lot.Used - lot.Reserved));
                if (part > 0)
                {
                    parts.Add((lot, part));
                    quantity -= part;
                }
            }

            return parts;
        }
    }
}
