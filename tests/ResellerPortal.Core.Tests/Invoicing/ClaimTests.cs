using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Invoicing;

/// <summary>
/// Every entry is on exactly one invoice, in its month of the reseller's time zone, including cases where other billing systems failed.
/// </summary>
public sealed class ClaimTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly Currency Eur = Currency.FromCode("EUR");
    private static readonly BillingPeriod October = new(2026, 10);

    /// <summary>getlago/lago-api 879: a period was billed twice for customers east of UTC.</summary>
    [Fact]
    public async Task East_of_utc_a_period_is_billed_once_also_while_utc_is_still_in_it()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-20T00:00:00Z");
        var fixture = await ShopAsync(sqlite, "Pacific/Kiritimati");
        await sqlite.UseAsync(fixture.Secret, 5);

        // November began there fourteen hours ago, while October has ten hours left in UTC.
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 10, 31, 10, 30, 0, TimeSpan.Zero));
        await sqlite.UseAsync(fixture.Secret, 7);
        Assert.Equal(5, await BillAsync(sqlite, fixture, October));
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 1, 10, 30, 0, TimeSpan.Zero));
        Assert.Equal(
            DraftOutcome.AlreadyFinalised, (await sqlite.Data.Drafter.DraftAsync(fixture.Owner, October)).Value.Results.Single().Outcome);
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(fixture.Zone));
        Assert.Equal(7, await BillAsync(sqlite, fixture, October.Next));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    /// <summary>
    /// killbill/killbill 1856: the end of a day was determined in the wrong time zone, so billed usage was not recognised and billed again.
    /// </summary>
    [Theory]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Asia/Kolkata")]
    [InlineData("Europe/Vilnius")]
    [InlineData("America/New_York")]
    [InlineData("Pacific/Pago_Pago")]
    public async Task The_last_second_of_a_month_is_billed_with_it_and_not_again(string zone)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-01T12:00:00Z");
        var fixture = await ShopAsync(sqlite, zone);
        var end = October.EndsAtUtc(fixture.Zone);
        sqlite.Clock.SetUtcNow(end.AddTicks(-10));
        await sqlite.UseAsync(fixture.Secret, 3);
        sqlite.Clock.SetUtcNow(end);
        await sqlite.UseAsync(fixture.Secret, 4);

        Assert.Equal(3, await BillAsync(sqlite, fixture, October));
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(fixture.Zone));
        Assert.Equal(4, await BillAsync(sqlite, fixture, October.Next));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    /// <summary>killbill/killbill 1981: west of UTC the usage of the last day was missing, or an invoice was empty.</summary>
    [Fact]
    public async Task West_of_utc_the_last_day_is_on_the_months_invoice_and_no_invoice_is_empty()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-01T12:00:00Z");
        var fixture = await ShopAsync(sqlite, "Pacific/Pago_Pago");

        // The evening of 31 October there is 1 November in UTC; it is the month's only usage.
        sqlite.Clock.SetUtcNow(new DateTimeOffset(2026, 11, 1, 8, 0, 0, TimeSpan.Zero));
        await sqlite.UseAsync(fixture.Secret, 9);
        Assert.Contains(
            "not over", (await sqlite.Data.Drafter.DraftAsync(fixture.Owner, October)).Refusal!.Message, StringComparison.Ordinal);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(fixture.Zone));

        Assert.Equal(9, await BillAsync(sqlite, fixture, October));
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(fixture.Zone));
        Assert.Equal(
            DraftOutcome.NothingToBill, (await sqlite.Data.Drafter.DraftAsync(fixture.Owner, October.Next)).Value.Results.Single().Outcome);
    }

    /// <summary>frappe/central 170: two workers both found no invoice for the month.</summary>
    [Theory]
    [EachProvider]
    public async Task Two_runs_at_once_make_one_invoice_a_customer(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        await database.Data.BuyAsync(owner, 12_000, 180);
        var customers = new List<Customer>();
        for (var i = 0; i < 20; i++)
        {
            customers.Add(await database.Data.AddCustomerAsync(owner, $"Customer {i:00}"));
            await database.UseAsync((await database.Data.IssueAsync(owner, customers[^1])).Secret, i + 1);
        }

        database.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => database.Data.Drafter.DraftAsync(owner, October))));

        Assert.All(runs, run => Assert.Equal(customers.Select(c => c.Id), run.Value.Results.Select(r => r.CustomerId)));
        List<Guid> drafts;
        await using (var db = database.OpenAll())
        {
            drafts = await db.Invoices
                .Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new { i.Id, c.Name })
                .OrderBy(i => i.Name)
                .Select(i => i.Id)
                .ToListAsync();
            Assert.Equal(20, drafts.Count);
        }

        // A refused draft does not affect the others, whoever finalises, in whatever order and however often.
        await database.Data.PriceAsync(owner, customers[3], new Markup.FixedPrice(50_000, Currency.FromCode("EUR")), October.FirstDay);
        var made = await Task.WhenAll(
            ((List<Guid>[])[
                drafts, [.. drafts.AsEnumerable().Reverse()], [.. drafts.Skip(9), .. drafts.Take(9), drafts[0], Guid.NewGuid()],
            ])
                .Select(ids => Task.Run(() => database.Data.Invoices.FinaliseAllAsync(owner, ids))));

        Assert.Equal([(19, 1), (19, 1), (20, 2)], made.Select(run => (run.Finalised, run.Refusals.Count)));
        await using var check = database.OpenAll();
        var invoices = await check.Invoices.Include(i => i.Lines).ToListAsync();
        Assert.Equal(210, invoices.Sum(i => i.Lines.Sum(l => l.Quantity)));
        Assert.Equal(
            Enumerable.Range(1, 19).Select(n => $"INV-2026-{n:0000}"),
            invoices.Where(i => i.IsFinalised).Select(i => i.Number!).Order(StringComparer.Ordinal));
        Assert.Equal(customers[3].Id, invoices.Single(i => !i.IsFinalised).CustomerId);
        await database.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Numbers_are_taken_in_the_order_in_which_drafts_are_finalised()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 12_000, 180);
        for (var i = 0; i < 18; i++)
        {
            await sqlite.UseAsync(
                (await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, $"Customer {i:00}"))).Secret);
        }

        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc).AddDays(1));
        var seen = new List<DraftResult>();
        var run = (await sqlite.Data.Drafter.DraftAsync(owner, October, then: results =>
        {
            seen.AddRange(results);
            return Task.CompletedTask;
        })).Value;
        Assert.Equal(run.Results, seen);

        await sqlite.Data.Invoices.FinaliseAllAsync(owner, [.. run.Results.Reverse().Select(r => r.InvoiceId!.Value)]);

        await using var db = sqlite.OpenAll();
        var numbers = await db.Invoices
            .Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new { c.Name, i.Number })
            .OrderByDescending(i => i.Name)
            .Select(i => i.Number)
            .ToListAsync();
        Assert.Equal(Enumerable.Range(1, 18).Select(n => $"INV-2026-{n:0000}"), numbers);
    }

    [Fact]
    public async Task Two_invoices_of_one_customer_and_month_cannot_stand_in_the_database()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var fixture = await ShopAsync(sqlite, "UTC");
        await sqlite.UseAsync(fixture.Secret, 5);
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc));
        await sqlite.Data.Drafter.DraftAsync(fixture.Owner, October);
        await using var db = sqlite.OpenAll();
        var first = await db.Invoices.AsNoTracking().SingleAsync();
        db.Invoices.Add(new Invoice
        {
            ResellerId = first.ResellerId,
            CustomerId = first.CustomerId,
            PeriodStart = first.PeriodStart,
            Currency = first.Currency,
            RateNanos = first.RateNanos,
            Language = first.Language,
            FirstSequence = 1,
            LastSequence = 1,
            NetMinorUnits = 1,
            TaxMinorUnits = 0,
            DraftedAtUtc = first.DraftedAtUtc,
        });

        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
    }

    [Theory]
    [InlineData("Europe/Vilnius", 2026, 10)]
    [InlineData("Europe/Vilnius", 2026, 3)]
    [InlineData("America/New_York", 2026, 11)]
    [InlineData("Australia/Lord_Howe", 2026, 4)]
    [InlineData("Africa/Cairo", 2026, 4)]
    [InlineData("Pacific/Kiritimati", 2026, 12)]
    [InlineData("Pacific/Pago_Pago", 2026, 1)]
    [InlineData("Europe/London", 2028, 2)]
    public async Task Hours_around_both_ends_of_a_month_are_billed_where_their_local_day_is(string zoneName, int year, int month)
    {
        var period = new BillingPeriod(year, month);
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync(period.Previous.StartsAtUtc(TimeZoneInfo.Utc).ToString("O"));
        var fixture = await ShopAsync(sqlite, zoneName);
        var hours = new[] { period.StartsAtUtc(fixture.Zone), period.EndsAtUtc(fixture.Zone) }
            .SelectMany(edge => Enumerable.Range(-30, 60).Select(i => edge.AddHours(i)))
            .Order()
            .ToList();
        sqlite.Clock.SetUtcNow(period.Next.EndsAtUtc(fixture.Zone));
        await sqlite.Data.Recorder.RecordAsync(fixture.Owner.Scope, [.. hours.Select(at => TestData.Fact(fixture.Token, at))]);

        foreach (var billed in (BillingPeriod[])[period.Previous, period, period.Next])
        {
            Assert.Equal(hours.Count(at => BillingPeriod.Containing(at, fixture.Zone) == billed), await BillAsync(sqlite, fixture, billed));
        }

        await sqlite.AssertLedgerIsCleanAsync();
    }

    /// <summary>
    /// Usage, late usage, corrections, drafts and finalisations in any order: a month's total equals that of billing it at once.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Whatever_the_order_every_entry_is_billed_once_and_tiers_climb_on_across_invoices(int seed)
    {
        var random = new Random(seed);
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-07-10T12:00:00Z");
        var fixture = await ShopAsync(sqlite, "Europe/Vilnius");
        PriceModel tiers = seed % 2 == 0
            ? new GraduatedPrice([new(20, 30_000), new(60, 20_000), new(null, 10_000)], Eur)
            : new VolumePrice([new(20, 30_000), new(60, 20_000), new(null, 10_000)], Eur);
        var terms = new CardTerms([new PriceRule(["pdf-to-*"], new PackagePrice(10, 250_000, Eur), 3), new PriceRule([], tiers, 5)]);
        await sqlite.Data.PriceAsync(fixture.Owner, null, terms, new DateOnly(2026, 1, 1));
        var corrections = new LedgerCorrectionService(sqlite.Database, sqlite.Clock);
        var months = Enumerable.Range(7, 4).Select(m => new BillingPeriod(2026, m)).ToArray();
        var used = 0L;
        for (var step = 0; step < 60; step++)
        {
            var now = sqlite.Clock.GetUtcNow();
            switch (random.Next(6))
            {
                case 0 or 1:
                    await sqlite.Data.Recorder.RecordAsync(
                        fixture.Owner.Scope,
                        [
                            TestData.Fact(
                                fixture.Token,
                                now.AddDays(-random.Next(0, 40)),
                                random.Next(1, 15),
                                random.Next(2) == 0 ? "docx-to-pdf" : "pdf-to-jpg"),
                        ]);
                    used++;
                    break;
                case 2 when used > 0:
                    await corrections.CorrectAsync(
                        fixture.Owner, fixture.Customer.Id, random.NextInt64(1, used + 1), random.Next(0, 15), "Counted anew");
                    break;
                case 3:
                    sqlite.Clock.Advance(TimeSpan.FromDays(random.Next(1, 6)));
                    break;
                case 4:
                    await sqlite.Data.Drafter.DraftAsync(fixture.Owner, months[random.Next(months.Length)]);
                    break;
                default:
                    await FinaliseDraftsAsync(sqlite, fixture, take: 1);
                    break;
            }

            await using var counting = sqlite.OpenAll();
            used = await counting.LedgerEntries.MaxAsync(e => (long?)e.Sequence) ?? 0;
        }

        sqlite.Clock.SetUtcNow(new DateTimeOffset(2027, 2, 2, 0, 0, 0, TimeSpan.Zero));
        await FinaliseDraftsAsync(sqlite, fixture, take: 10);
        foreach (var month in months.Concat([new(2026, 11), new(2026, 12), new(2027, 1)]))
        {
            await sqlite.Data.Drafter.DraftAsync(fixture.Owner, month);
            await FinaliseDraftsAsync(sqlite, fixture, take: 1);
        }

        await using var db = sqlite.OpenAll();
        var customer = await db.Customers.SingleAsync();
        Assert.Equal(customer.LastSequence, customer.BilledThroughSequence);
        await sqlite.AssertLedgerIsCleanAsync();
        var lines = (await db.Invoices.Include(i => i.Lines).ToListAsync()).SelectMany(i => i.Lines).ToList();
        var usage = await db.UsageRollups.ToListAsync();
        var atOnce = Rating.Rate(
            usage.Select(r => new UsageItem(r.Day, r.Converter, r.Environment, new UnitPrice(r.UnitCostMicros, r.Currency), r.Quantity)),
            new RateCardSchedule(customer.Id, await db.RateCards.ToListAsync(), fixture.Zone.GetDay(customer.CreatedAtUtc)),
            Eur);
        Assert.True(lines.Count > 0);
        Assert.Equal(atOnce.Lines.Sum(l => l.UnitPrice.Micros * l.Quantity), lines.Sum(l => l.UnitPriceMicros * l.Quantity));
    }

    [Fact]
    public async Task A_month_without_usage_is_invoiced_for_its_fee_and_one_before_the_customer_came_is_not()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-16T12:00:00Z");
        var fixture = await ShopAsync(sqlite, "UTC");
        await sqlite.Data.PriceAsync(
            fixture.Owner,
            null,
            new CardTerms([new PriceRule([], Markup.PassThrough)], MonthlyFeeMinorUnits: 31_00, MinimumMinorUnits: 62_00),
            new DateOnly(2026, 1, 1));
        sqlite.Clock.SetUtcNow(October.Next.EndsAtUtc(TimeZoneInfo.Utc));

        Assert.Equal(
            DraftOutcome.NothingToBill,
            (await sqlite.Data.Drafter.DraftAsync(fixture.Owner, October.Previous)).Value.Results.Single().Outcome);
        await BillAsync(sqlite, fixture, October);
        await sqlite.UseAsync(fixture.Secret, 100);
        sqlite.Clock.SetUtcNow(October.Next.Next.EndsAtUtc(TimeZoneInfo.Utc));
        await BillAsync(sqlite, fixture, October.Next);

        await using var db = sqlite.OpenAll();
        var invoices = await db.Invoices.Include(i => i.Lines).OrderBy(i => i.PeriodStart).ToListAsync();

        // Sixteen of October's thirty-one days; all of November.
        Assert.Equal(
            [("Minimum charge adjustment", 32_00L), ("Monthly fee", 16_00L)],
            invoices[0].Lines.OrderBy(l => l.Position).Select(l => (l.Description, l.AmountMinorUnits)));
        Assert.Equal(
            ["Minimum charge adjustment", "Monthly fee"], invoices[1].Lines.OrderBy(l => l.Position).Select(l => l.Description));
        Assert.Equal((1L, 0L), (invoices[0].FirstSequence, invoices[0].LastSequence));
        Assert.Equal("", InvoiceSnapshot.Parse(invoices[0].Snapshot!).Ledger.ChainHead);
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task A_hundred_thousand_entries_of_one_customer_are_billed_to_the_last_conversion()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync("2026-10-01T12:00:00Z");
        var fixture = await ShopAsync(sqlite, "UTC");
        sqlite.Clock.SetUtcNow(October.EndsAtUtc(TimeZoneInfo.Utc));
        var start = October.StartsAtUtc(TimeZoneInfo.Utc);
        foreach (var chunk in Enumerable.Range(0, 100_000).Chunk(10_000))
        {
            await sqlite.Data.Recorder.RecordAsync(
                fixture.Owner.Scope,
                [
                    .. chunk.Select(
                        i => TestData.Fact(fixture.Token, start.AddSeconds(i * 26), 1, i % 2 == 0 ? "docx-to-pdf" : "pdf-to-jpg")),
                ]);
        }

        Assert.Equal(100_000, await BillAsync(sqlite, fixture, October));

        await using var db = sqlite.OpenAll();
        var invoice = await db.Invoices.SingleAsync();
        Assert.Equal((1L, 100_000L, 150_000L), (invoice.FirstSequence, invoice.LastSequence, invoice.NetMinorUnits));
        var days = InvoiceSnapshot.Parse(invoice.Snapshot!).Days;
        Assert.Equal((31, 100_000L), (days.Count, days.Sum(d => d.Quantity)));
        Assert.Empty(await new ClaimVerifier(sqlite.Database).VerifyAsync());
    }

    private static async Task<ClaimFixture> ShopAsync(TestDatabase database, string zone)
    {
        var (reseller, owner) = await database.Data.AddResellerAsync("northwind", zone: zone);
        await database.Data.BuyAsync(owner, 100_000, 1500, validityDays: 1000);
        var customer = await database.Data.AddCustomerAsync(owner, "Acme");
        return new ClaimFixture(owner, customer, await database.Data.IssueAsync(owner, customer), reseller.Zone);
    }

    /// <returns>The billed conversions.</returns>
    private static async Task<long> BillAsync(TestDatabase database, ClaimFixture fixture, BillingPeriod period)
    {
        var draft = (await database.Data.Drafter.DraftAsync(fixture.Owner, period)).Value.Results.Single();
        Assert.Equal(DraftOutcome.Drafted, draft.Outcome);
        var invoice = await TestData.Valued(database.Data.Invoices.FinaliseAsync(fixture.Owner, draft.InvoiceId!.Value));
        return invoice.Lines.Sum(l => l.Quantity);
    }

    private static async Task FinaliseDraftsAsync(TestDatabase database, ClaimFixture fixture, int take)
    {
        await using var db = database.OpenAll();
        foreach (var id in await db.Invoices
            .Where(i => i.FinalisedAtUtc == null)
            .OrderBy(i => i.PeriodStart)
            .Select(i => i.Id)
            .Take(take)
            .ToListAsync())
        {
            await database.Data.Invoices.FinaliseAsync(fixture.Owner, id);
        }
    }
}
