using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

/// <summary>An export is verified by a script that shares no code with the portal, only the documented format.</summary>
public sealed class LedgerExportTests
{
    private static readonly string Script = FindScript();

    [Fact]
    public async Task The_written_recipe_agrees_for_the_customer_and_for_the_reseller()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await PlayAsync(sqlite);

        foreach (var actor in (Actor[])[TestData.CreateAdmin(customer), owner])
        {
            var lines = await ExportAsync(sqlite, actor, customer);
            var (code, output) = await CheckAsync(lines);
            var own = await LedgerExporter.VerifyAsync(lines.ToAsyncEnumerable());

            await using var db = sqlite.OpenAll();
            var head = Convert.ToHexStringLower(await db.Customers.Where(c => c.Id == customer.Id).Select(c => c.ChainHead).SingleAsync());
            Assert.Equal((0, $"5 entries are in order. The last hash is {head}"), (code, output));
            Assert.Equal((null, 5L, head), own);
        }
    }

    [Fact]
    public async Task A_customers_export_gives_away_nothing_of_the_cost()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await PlayAsync(sqlite);

        var customers = string.Join('\n', await ExportAsync(sqlite, TestData.CreateAdmin(customer), customer));
        var resellers = string.Join('\n', await ExportAsync(sqlite, owner, customer));

        await using var db = sqlite.OpenAll();
        foreach (var draw in await db.LotDraws.ToListAsync())
        {
            Assert.DoesNotContain(draw.LotId.ToString(), customers, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexStringLower(draw.Salt), customers, StringComparison.Ordinal);
            Assert.Contains(Convert.ToHexStringLower(draw.Salt), resellers, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("cost", customers, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("draws", customers, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("\"quantity\":2", "\"quantity\":1", "the chain breaks at entry 1")]
    [InlineData("Grüße", "Grusse", "the chain breaks at entry 1")]
    [InlineData("\"cost\":3", "\"cost\":4", "the draws of entry 1")]
    public async Task A_changed_export_is_found_out_by_both(string from, string to, string fault)
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await PlayAsync(sqlite);
        var lines = (await ExportAsync(sqlite, owner, customer)).Select(l => l.Replace(from, to, StringComparison.Ordinal)).ToList();

        var (code, output) = await CheckAsync(lines);

        Assert.Equal(1, code);
        Assert.Contains(fault, output, StringComparison.Ordinal);
        Assert.Contains(fault, (await LedgerExporter.VerifyAsync(lines.ToAsyncEnumerable())).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_left_out_is_found_out_by_both()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await PlayAsync(sqlite);
        var lines = await ExportAsync(sqlite, owner, customer);
        lines.RemoveAt(1);

        Assert.Contains("entry 2 is missing", (await CheckAsync(lines)).Output, StringComparison.Ordinal);
        Assert.Contains(
            "entry 2 is missing", (await LedgerExporter.VerifyAsync(lines.ToAsyncEnumerable())).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_customers_ledger_is_empty()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, customer) = await PlayAsync(sqlite);
        var neighbour = await sqlite.Data.AddCustomerAsync(owner, "Neighbour");
        var (_, other) = await sqlite.Data.AddResellerAsync("fabrikam");

        Assert.Empty(await ExportAsync(sqlite, TestData.CreateAdmin(neighbour), customer));
        Assert.Empty(await ExportAsync(sqlite, other, customer));
    }

    /// <summary>Usage over two lots, an unconfirmed entry, a correction, and an environment with non-ASCII letters.</summary>
    private static async Task<(Actor Owner, Customer Customer)> PlayAsync(TestDatabase sqlite)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 3, 0.045m, validityDays: 100);
        await sqlite.Data.BuyAsync(owner, 100, 2, validityDays: 200);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        var token = await TestData.Valued(
            sqlite.Data.Tokens.IssueAsync(owner, customer.Id, new TokenRequest("Grüße \"aus\" Vilnius", null, null)));
        await sqlite.UseAsync(token.Secret, 2);
        await sqlite.UseAsync(token.Secret, 4);
        await sqlite.Meter.SettleAsync(new SettleRequest(await sqlite.HoldAsync(token.Secret), null, "upstream-1"));
        await sqlite.UseAsync(token.Secret, 1);
        await TestData.Valued(
            new LedgerCorrectionService(sqlite.Database, sqlite.Clock).CorrectAsync(owner, customer.Id, 2, 1, "counted too much"));
        return (owner, customer);
    }

    private static async Task<List<string>> ExportAsync(TestDatabase sqlite, Actor actor, Customer customer) =>
        await new LedgerExporter(sqlite.Database, sqlite.Clock).ReadAsync(actor, customer.Id).Select(e => e.ToJson()).ToListAsync();

    private static async Task<(int Code, string Output)> CheckAsync(IEnumerable<string> lines)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines);
            using var python = Process.Start(
                new ProcessStartInfo("python3", [Script, file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = python.StandardError.ReadToEndAsync();
            var output = await python.StandardOutput.ReadToEndAsync();
            await python.WaitForExitAsync();
            return (python.ExitCode, (output + await errors).Trim());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The exact file that customers download.</summary>
    private static string FindScript()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ResellerPortal.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return Path.Combine(folder, "src", "ResellerPortal.Web", "wwwroot", "verify_ledger.py");
    }
}
