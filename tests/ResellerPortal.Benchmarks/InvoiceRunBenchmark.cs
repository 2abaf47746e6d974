using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Invoices;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Storage.Sqlite;

namespace ResellerPortal.Benchmarks;

/// <summary>
/// A month-end run: all customers' usage is drafted, finalised and written as PDF and XML. Compared with a run that reads usage row by
/// row as EF entities; a smaller run first warms up the code.
/// </summary>
internal static class InvoiceRunBenchmark
{
    private const int Customers = 1_000;
    private const int FewCustomers = 200;
    private const int EntriesEach = 1_000;

    /// <summary>Number of customers for which row-by-row reading is measured; its time is proportional.</summary>
    private const int CustomersRowByRow = 25;

    public static async Task RunAsync(Options options)
    {
        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"portal-benchmark-{Guid.NewGuid():N}"));
        try
        {
            await RunAsync(folder, FewCustomers);
            var many = await RunAsync(folder, Customers);
            var ratio = many.EntriesASecond / many.RowByRowASecond;
            Console.WriteLine($"entries a second, of those read row by row as EF entities: {ratio:N1} (wanted 20)");
            Console.WriteLine($"documents a second, each a PDF and an XML: {Customers / many.Seconds:N0} (wanted 100)");
            Console.WriteLine(
                $"memory kept beside what stood before, tenth by tenth of {Customers:N0} customers: {string.Join(
                    ", ", many.KeptBytes.Select(bytes => (bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture)))} MB (wanted: flat)");
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<RunMeasurement> RunAsync(DirectoryInfo folder, int customers)
    {
        var month = BillingPeriod.Containing(TimeProvider.System.GetUtcNow(), TimeZoneInfo.Utc).Previous;
        await using var setup = await BenchmarkData.OpenAsync(
            new SqliteDialect(), $"Data Source={folder.FullName}/{customers}.db", customers, "UTC");
        await BigLedger.FillAsync(setup, (long)customers * EntriesEach, month);
        var owner = Actor.Portal("benchmark", TenantScope.ForReseller(setup.Tokens[0].Token.ResellerId));
        var prices = await new RateCardService(setup.Database, TimeProvider.System).SetAsync(
            owner, null, CardTerms.FromPrice(new Markup.CostPlusPercent(35)), month.FirstDay);
        if (prices.IsRefused)
        {
            throw new InvalidOperationException(prices.Refusal!.Message);
        }

        // Runs first, so that shared code is compiled before the fast run.
        var slowReading = await ReadRowByRowAsync(setup, owner) * customers;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var kept = new List<long>();
        var written = 0;
        var start = Stopwatch.GetTimestamp();
        var (finalising, lookedAt) = (TimeSpan.Zero, TimeSpan.Zero);
        var invoices = new InvoiceFinalizer(setup.Database, TimeProvider.System, new PortalAddress(""));
        await using (var documents = new DocumentWriter(new InvoicePdf(), new ElectronicInvoiceWriter()))
        {
            await new InvoiceDrafter(setup.Database, TimeProvider.System).DraftAsync(owner, month, then: async drafts =>
            {
                var began = Stopwatch.GetTimestamp();
                foreach (var made in await invoices.FinaliseAsync(owner, [.. drafts.Select(draft => draft.InvoiceId!.Value)]))
                {
                    await documents.WriteAsync(folder, InvoiceSnapshot.Parse(made.Value.Snapshot!), null);
                }

                finalising += Stopwatch.GetElapsedTime(began);
                var tenths = written * 10 / customers;
                written += drafts.Count;
                if (written * 10 / customers > tenths)
                {
                    var looking = Stopwatch.GetTimestamp();
                    kept.Add(GC.GetTotalMemory(forceFullCollection: true) - before);
                    lookedAt += Stopwatch.GetElapsedTime(looking);
                }
            });
        }

        var seconds = (Stopwatch.GetElapsedTime(start) - lookedAt).TotalSeconds;
        if (written != customers || folder.GetFiles("*.pdf").Length != written || folder.GetFiles("*.xml").Length != written)
        {
            throw new InvalidOperationException($"{written} of {customers} invoices were written.");
        }

        foreach (var file in folder.GetFiles("INV-*"))
        {
            file.Delete();
        }

        var entries = (double)customers * EntriesEach;
        var rowByRow = entries / (slowReading + finalising.TotalSeconds);
        Console.WriteLine(
            $"{customers,5:N0} customers, {entries,9:N0} entries: {seconds,6:N1} s ({finalising.TotalSeconds:N1} s of it finalising), "
                + $"{entries / seconds,8:N0} entries a second, {customers / seconds,4:N0} documents a second, {kept.Max() / 1e6:N1} MB "
                + $"kept at most beside what stood before; row by row {rowByRow,6:N0} entries a second");
        return new RunMeasurement(seconds, entries / seconds, rowByRow, kept);
    }

    /// <summary>Reads usage naively: every entry and its draws are fetched individually as entities.</summary>
    /// <returns>Seconds per customer.</returns>
    private static async Task<double> ReadRowByRowAsync(BenchmarkData setup, Actor owner)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var id in setup.Tokens.Select(t => t.Token.CustomerId).Distinct().Take(CustomersRowByRow))
        {
            await using var db = setup.Database.Open(owner.Scope);
            var reseller = await db.Resellers.SingleAsync();
            var customer = await db.Customers.SingleAsync(c => c.Id == id);
            var items = new List<UsageItem>();
            for (var sequence = customer.BilledThroughSequence + 1; sequence <= customer.LastSequence; sequence++)
            {
                var number = sequence;
                var entry = await db.LedgerEntries.SingleAsync(e => e.CustomerId == id && e.Sequence == number);
                foreach (var draw in await db.LotDraws.Where(d => d.CustomerId == id && d.Sequence == number).ToListAsync())
                {
                    items.Add(new UsageItem(
                        reseller.Zone.GetDay(entry.OccurredAtUtc),
                        entry.Converter,
                        entry.Environment,
                        new UnitPrice(draw.UnitCostMicros, draw.Currency),
                        draw.Quantity));
                }
            }

            if (items.Sum(item => item.Quantity) != EntriesEach)
            {
                throw new InvalidOperationException("Both ways of reading have to come to the same.");
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / CustomersRowByRow;
    }

    private sealed record RunMeasurement(double Seconds, double EntriesASecond, double RowByRowASecond, IReadOnlyList<long> KeptBytes);
}
