using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>SQLite retains a statement's parameters between rows; each row must still be written with its own.</summary>
public sealed class RetainedParameterTests
{
    private static readonly string?[] References = [
        null, "a", "a", "", null, "", "b", new string('ß', 200), "b", null, new string('€', 300), "a",
    ];

    [Fact]
    public async Task Rows_that_are_written_together_keep_their_own_values()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 10_000, 1m);
        string[] secrets =
        [
            (await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Fabrikam"))).Secret,
            (await sqlite.Data.IssueAsync(owner, await sqlite.Data.AddCustomerAsync(owner, "Contoso"))).Secret,
        ];
        var wanted = new Dictionary<RowKey, (long Quantity, string? Reference, string Converter)>();
        for (var i = 0; i < 4 * References.Length; i++)
        {
            var converter = i % 5 < 2 ? "docx-to-pdf" : $"type{i % 7}-to-pdf";
            wanted[await sqlite.HoldAsync(
                secrets[i / 3 % 2], 5, converter)] = (1 + (i / 2 % 4), References[i % References.Length], converter);
        }

        await Task.WhenAll(wanted.Select(w => sqlite.Meter.SettleAsync(new SettleRequest(w.Key, w.Value.Quantity, w.Value.Reference))));

        await using var db = sqlite.OpenAll();
        var entries = await db.LedgerEntries.AsNoTracking().ToListAsync();
        Assert.Equal(wanted.Count, entries.Count);
        Assert.All(entries, e => Assert.Equal(wanted[new RowKey(e.ResellerId, e.RequestId)], (e.Quantity, e.Reference, e.Converter)));
        await sqlite.AssertLedgerIsCleanAsync();
    }
}
