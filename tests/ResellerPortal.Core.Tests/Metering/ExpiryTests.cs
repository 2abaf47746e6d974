using Microsoft.Extensions.Logging.Abstractions;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>Expiries in the history.</summary>
public sealed class ExpiryTests
{
    [Fact]
    public async Task What_expires_is_noted_once_in_its_resellers_history()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        var (_, other) = await sqlite.Data.AddResellerAsync("fabrikam");
        await sqlite.Data.BuyAsync(owner, 10, 1, validityDays: 2);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var token = await sqlite.Data.IssueAsync(owner, customer, expiresAtUtc: sqlite.Clock.GetUtcNow().AddDays(1));
        await sqlite.UseAsync(token.Secret, 4);
        using var worker = new ExpiryWorker(sqlite.Database, sqlite.Clock, NullLogger<ExpiryWorker>.Instance);

        Assert.Equal(0, await worker.RunAsync());
        sqlite.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(2, await worker.RunAsync());
        Assert.Equal(0, await worker.RunAsync());

        var history = await new HistoryQueries(sqlite.Database, sqlite.Clock).ReadPageAsync(owner, new HistoryFilter(), 0, 50);
        Assert.Contains(
            history.Rows,
            r => r.Entry.Action == "lots.expired" && r.Entry.Subject.Contains("6 of 10 conversions unused", StringComparison.Ordinal));
        Assert.Contains(
            history.Rows,
            r => r.Entry.Action == "tokens.expired"
                && r.CustomerName == "Acme"
                && r.Entry.Subject.Contains("after 4 conversions", StringComparison.Ordinal));
        Assert.DoesNotContain(
            (await new HistoryQueries(sqlite.Database, sqlite.Clock).ReadPageAsync(other, new HistoryFilter(), 0, 50)).Rows,
            r => r.Entry.Action.EndsWith(".expired", StringComparison.Ordinal));
    }
}
