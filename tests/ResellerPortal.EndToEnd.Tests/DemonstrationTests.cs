using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Runs the portal as a new user does: a separate process in an empty folder with the settings of the repository.</summary>
public sealed partial class DemonstrationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portal-demo-");

    [Fact]
    public async Task A_new_user_converts_at_once_and_the_made_up_ledger_verifies()
    {
        string output;
        using (var portal = PortalProcess.Start(_folder, "Development", "--urls", "http://127.0.0.1:0"))
        {
            output = await PortalProcess.ReadUntilAsync(portal, "StoreFile=true to get it as base64");
            var address = Address().Match(output).Groups[1].Value;
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "demo_acme_production_token_0001");
            using var form = new MultipartFormDataContent { { new ByteArrayContent("Hello from Acme"u8.ToArray()), "File", "hello.txt" } };
            using var answer = await client.PostAsync("/convert/txt/to/pdf", form);
            Assert.True(answer.IsSuccessStatusCode);
            portal.Kill();
            await portal.WaitForExitAsync();
        }

        Assert.Contains("operator@demo.example", output, StringComparison.Ordinal);
        Assert.Contains("owner@northwind.example", output, StringComparison.Ordinal);
        Assert.Contains("admin@acme.example", output, StringComparison.Ordinal);
        Assert.Contains("curl ", output, StringComparison.Ordinal);

        var (code, text) = await RunAsync("verify-ledger");
        Assert.Contains("The ledger is clean.", text, StringComparison.Ordinal);
        Assert.Equal(0, code);
        Assert.True(
            int.Parse(
                Checked().Match(text).Groups[1].Value.Replace(",", "", StringComparison.Ordinal),
                System.Globalization.CultureInfo.InvariantCulture) > 25_000);

        // Invoices last month twice; the second run finds nothing left to do.
        var month = TimeProvider.System.GetUtcNow().AddMonths(-1).ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        var first = await RunAsync("invoice-run", "--month", month, "--reseller", "northwind");
        var second = await RunAsync("invoice-run", "--month", month, "--reseller", "northwind");
        Assert.Equal(0, first.Code);
        Assert.Equal(first.Output, second.Output);
        var pdfs = Directory.GetFiles(_folder.FullName, "*.pdf", SearchOption.AllDirectories);
        Assert.Equal(8, pdfs.Length);
        Assert.Contains("Northwind Documents", PdfText.Read(await File.ReadAllBytesAsync(pdfs[0])), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("verify-ledger")).Code);

        // The same days twice; the second run has nothing left to do.
        var analytics = _folder.CreateSubdirectory("analytics");
        string[] export =
            ["export-analytics", "--from", month + "-01", "--to", month + "-28", $"--Analytics:Folder={analytics.FullName}"];
        first = await RunAsync(export);
        second = await RunAsync(export);
        var files = analytics.GetFiles("*.parquet", SearchOption.AllDirectories);
        Assert.Equal(28, files.Length / analytics.GetDirectories("reseller=*").Length);
        Assert.Contains($"{files.Length} files written", first.Output, StringComparison.Ordinal);
        Assert.Contains("0 files written", second.Output, StringComparison.Ordinal);
        Assert.Equal((0, 0), (first.Code, second.Code));

        // The year can be read without the portal, and another file is left alone.
        var zip = Path.Combine(_folder.FullName, "year.zip");
        string[] archive = ["year-archive", "--reseller", "northwind", "--year", month[..4], "--output", zip];
        Assert.Equal(0, (await RunAsync(archive)).Code);
        var year = new UnpackedYear(await File.ReadAllBytesAsync(zip));
        Assert.Empty(year.FindWrongFiles());
        Assert.Empty(year.FindBrokenChains());
        Assert.True(year.Manifest.GetProperty("ledgerEntries").GetInt64() > 20_000);
        Assert.Equal(1, (await RunAsync(archive)).Code);
        Assert.Equal(2, (await RunAsync("year-archive", "--year", "2026")).Code);

        // Whatever has moved to another database is invoiced there, and does not keep the others from their invoices.
        await MarkMovedAsync("northwind");
        var all = await RunAsync("invoice-run", "--month", month);
        var one = await RunAsync("invoice-run", "--month", month, "--reseller", "northwind");
        Assert.Equal((0, 1), (all.Code, one.Code));
        Assert.Contains("northwind: moved", all.Output, StringComparison.Ordinal);
        Assert.Contains("northwind: moved", one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_cannot_be_read_says_how_it_is_used()
    {
        await RunAsync("migrate");

        var (code, text) = await RunAsync("invoice-run", "--month", "October");

        Assert.Equal(2, code);
        Assert.Contains("invoice-run --month 2026-10", text, StringComparison.Ordinal);
        (code, text) = await RunAsync("invoice-run", "--month", "2026-10", "--reseller");
        Assert.Equal(2, code);
        Assert.Contains("invoice-run --month 2026-10", text, StringComparison.Ordinal);
        (code, text) = await RunAsync("export-analytics", "--from", "2026-10-31", "--to", "2026-10-01");
        Assert.Equal(2, code);
        Assert.Contains("export-analytics --from 2026-01-01", text, StringComparison.Ordinal);
        (code, text) = await RunAsync("export-analytics", "--from", "2026-10-01", "--to", "2026-10-31");
        Assert.Equal(1, code);
        Assert.Contains("Analytics:Folder is not set", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installation_begins_with_its_first_operator()
    {
        Assert.Equal(0, (await RunAsync("migrate")).Code);

        var first = await RunAsync("add-operator", "--email", "ada@operator.example");
        var second = await RunAsync("add-operator", "--email", "ADA@operator.example");
        var (code, usage) = await RunAsync("add-operator", "ada");

        Assert.Contains("can accept the operator invitation once at this link, until ", first.Output, StringComparison.Ordinal);
        Assert.Contains("can accept the operator invitation once at this link, until ", second.Output, StringComparison.Ordinal);
        Assert.Equal((2, true), (code, usage.Contains("add-operator --email", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Outside_Development_the_sandbox_does_not_stand_in_for_the_real_service() =>
        Assert.Contains(
            "ConvertApi:BaseUrl is missing",
            await RefuseToStartAsync("--DataProtection:AllowUnencryptedKeys=true"),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_folder_for_analytics_that_does_not_exist_is_refused_at_start() =>
        Assert.Contains(
            "Analytics:Folder is '/does-not-exist', which is not a folder",
            await RefuseToStartAsync(
                "--DataProtection:AllowUnencryptedKeys=true",
                "--ConvertApi:BaseUrl=https://v2.convertapi.example",
                "--ConvertApi:Secret=secret",
                "--Analytics:Folder=/does-not-exist"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Outside_Development_keys_are_encrypted_unless_the_settings_say_otherwise() =>
        Assert.Contains("DataProtection:CertificatePath is missing", await RefuseToStartAsync(), StringComparison.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);

    /// <returns>What a portal in production said before it gave up.</returns>
    private async Task<string> RefuseToStartAsync(params string[] arguments)
    {
        using var portal = PortalProcess.Start(
            _folder,
            "Production",
            [
                "--ConnectionStrings:Portal=Data Source=p.db",
                "--Database:Provider=Sqlite",
                "--urls",
                "http://127.0.0.1:0",
                .. arguments,
            ]);
        var output = portal.StandardOutput.ReadToEndAsync();
        var errors = await portal.StandardError.ReadToEndAsync();
        await portal.WaitForExitAsync();
        Assert.NotEqual(0, portal.ExitCode);
        return errors + await output;
    }

    private async Task MarkMovedAsync(string slug)
    {
        var file = Path.Combine(_folder.FullName, "App_Data/portal.db");
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE \"Reseller\" SET \"MovingSinceUtc\" = 1, \"MovedAtUtc\" = 1 WHERE \"Slug\" = $slug";
        command.Parameters.AddWithValue("$slug", slug);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => PortalProcess.RunAsync(_folder, arguments);

    [GeneratedRegex(@"is ready: (\S+)")]
    private static partial Regex Address();

    [GeneratedRegex(@"Checked ([\d,]+) entries")]
    private static partial Regex Checked();
}
