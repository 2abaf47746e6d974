using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>The demonstration goes from its SQLite file to PostgreSQL, with the programs that an operator runs.</summary>
public sealed partial class CopyToTests : IDisposable
{
    private const string Token = "demo_acme_production_token_0001";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-copy-");
    private readonly PostgreSqlServer _server = PostgreSqlServer.Start("fsync=off");

    [Fact]
    public async Task The_demonstration_moves_to_PostgreSQL_though_a_copy_was_killed_and_customers_went_on_converting()
    {
        var settings = await WriteSettingsAsync();
        Assert.Equal(0, (await RunAsync(["migrate", .. _server.CreateSettings("portal").Select(s => $"--{s.Name}={s.Value}")])).Code);
        using (var portal = PortalProcess.Start(_folder, "Development", "--urls", "http://127.0.0.1:0"))
        {
            var output = await PortalProcess.ReadUntilAsync(portal, "StoreFile=true to get it as base64");
            var address = new Uri(Address().Match(output).Groups[1].Value);
            using (var copy = PortalProcess.Start(_folder, "Development", "copy-to", "--settings", settings))
            {
                await Eventually.TrueAsync(async () => await CountEntriesAsync() > 0 || copy.HasExited, "entries arrive");
                copy.Kill();
                await copy.WaitForExitAsync();
            }

            Assert.Equal(HttpStatusCode.OK, await ConvertAsync(address));
            var (code, text) = await RunAsync("copy-to", "--settings", settings);
            Assert.True(code == 0, text);
            Assert.Equal(HttpStatusCode.OK, await ConvertAsync(address));

            var (refused, why) = await RunAsync("copy-to", "--settings", settings, "--finish");
            Assert.True(refused == 1 && why.Contains("The database file is in use", StringComparison.Ordinal), why);
            Assert.Equal(HttpStatusCode.OK, await ConvertAsync(address));
            portal.Kill();
            await portal.WaitForExitAsync();
        }

        var (finished, report) = await RunAsync("copy-to", "--settings", settings, "--finish");
        Assert.True(finished == 0, report);
        Assert.DoesNotContain("DIFFERENT", report, StringComparison.Ordinal);
        var entries = int.Parse(Verified().Match(report).Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        Assert.Equal(entries, await CountEntriesAsync());

        var (left, old) = await PortalProcess.ServeAsync(_folder);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ConvertAsync(old));
        left.Kill();
        await left.WaitForExitAsync();
        left.Dispose();
        string[] moved = [.. _server.CreateSettings("portal").Select(s => $"--{s.Name}={s.Value}")];
        var (arrived, address2) = await PortalProcess.ServeAsync(_folder, moved);
        Assert.Equal(HttpStatusCode.OK, await ConvertAsync(address2));
        arrived.Kill();
        await arrived.WaitForExitAsync();
        arrived.Dispose();
        var (clean, verified) = await RunAsync(["verify-ledger", .. moved]);
        Assert.True(clean == 0, verified);
    }

    /// <summary>With an option less, it would move the whole installation instead of one reseller.</summary>
    [Fact]
    public async Task An_option_without_its_value_or_that_is_unknown_moves_nothing_and_says_how_the_command_is_used()
    {
        await RunAsync("migrate");
        var settings = await WriteSettingsAsync();
        foreach (var command in (string[][])[
            ["copy-to", "--finish"],
            ["copy-to", "--settings", settings, "--finish", "--reseller"],
            ["copy-to", "--settings", settings, "--reseller", "--finish"],
            ["copy-to", "--settings", settings, "--reseler", "northwind"],
            ["copy-to", "--settings", Path.Combine(_folder.FullName, "missing.json")],
        ])
        {
            var (code, text) = await RunAsync(command);

            Assert.Equal(2, code);
            Assert.Contains("copy-to [--settings target.json]", text, StringComparison.Ordinal);
        }
    }

    public void Dispose()
    {
        Npgsql.NpgsqlConnection.ClearAllPools();
        _server.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<string> WriteSettingsAsync()
    {
        var file = Path.Combine(_folder.FullName, "target.json");
        await File.WriteAllTextAsync(
            file, JsonSerializer.Serialize(_server.CreateSettings("portal").ToDictionary(s => s.Name, s => s.Value)));
        return file;
    }

    private async Task<long> CountEntriesAsync()
    {
        var database = new PortalDatabase(
            new PostgreSqlDialect(new ScopeKey(PostgreSqlServer.ScopeKey)), _server.Connection("portal"));
        await using var db = database.Open(TenantScope.CrossTenants("test"));
        return await db.LedgerEntries.LongCountAsync();
    }

    private static async Task<HttpStatusCode> ConvertAsync(Uri address)
    {
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var form = new MultipartFormDataContent { { new ByteArrayContent("Hello from Acme"u8.ToArray()), "File", "hello.txt" } };
        using var answer = await client.PostAsync("/convert/txt/to/pdf", form);
        return answer.StatusCode;
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => PortalProcess.RunAsync(_folder, arguments);

    [GeneratedRegex(@"is ready: (\S+)")]
    private static partial Regex Address();

    [GeneratedRegex(@"verified ([\d,]+) ledger")]
    private static partial Regex Verified();
}
