using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Runs ConvertAPI's unmodified Node client with only the base URL and the token changed.</summary>
public sealed class OfficialClientTests
{
    [Fact]
    public async Task The_official_Node_client_works_unchanged_and_every_conversion_is_metered()
    {
        using var server = PortalServer.Start(
            settings: [("Gateway:AllowedPrivateNetworks:0", "127.0.0.1/32"), ("Gateway:JobPolling", "00:00:00.5")]);
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, 1000, 15m);
        var acme = await server.Data.AddCustomerAsync(owner, "Acme");
        var token = await server.Data.IssueAsync(owner, acme);
        var exhausted = await server.Data.IssueAsync(owner, acme, limit: 1);
        var master = await TestData.Valued(
            server.Data.Tokens.IssueAsync(owner, acme.Id, new TokenRequest("account", null, null) { IsMaster = true }));
        using (var form = new MultipartFormDataContent { { new ByteArrayContent("x"u8.ToArray()), "File", "a.txt" } })
        {
            (await server.WithToken(exhausted.Secret).PostAsync("/convert/txt/to/pdf", form)).EnsureSuccessStatusCode();
        }

        var seen = await RunAsync(server.Address, token.Secret, master.Secret, exhausted.Secret);

        AssertSaved(seen.GetProperty("file").GetProperty("saved").GetString()!, "Hello from a file");
        Assert.Equal("hello.pdf", seen.GetProperty("file").GetProperty("name").GetString());
        AssertSaved(seen.GetProperty("url").GetProperty("saved").GetString()!, "Hello from an address");
        AssertSaved(seen.GetProperty("upload").GetProperty("saved").GetString()!, "Hello from an upload");
        Assert.Equal(
            ("txt", "later.txt"),
            (seen.GetProperty("upload").GetProperty("ext").GetString(), seen.GetProperty("upload").GetProperty("name").GetString()));
        Assert.Equal(2, seen.GetProperty("several").GetProperty("cost").GetInt32());
        Assert.Equal(2, seen.GetProperty("several").GetProperty("saved").GetArrayLength());
        Assert.Equal((415, 4150), Refusal(seen, "chained"));
        Assert.Equal(
            (200, "async.pdf", 1),
            (
                seen.GetProperty("job").GetProperty("status").GetInt32(),
                seen.GetProperty("job").GetProperty("name").GetString(),
                seen.GetProperty("job").GetProperty("cost").GetInt32()));
        Assert.Equal("Acme", seen.GetProperty("user").GetProperty("FullName").GetString());
        Assert.Equal(7, seen.GetProperty("user").GetProperty("ConversionsConsumed").GetInt64());
        Assert.Equal((401, 4010), Refusal(seen, "userWithToken"));
        Assert.Equal((401, 4011), Refusal(seen, "wrong"));
        Assert.Equal((401, 4014), Refusal(seen, "exhausted"));

        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.Equal(6, await db.LedgerEntries.Where(e => e.TokenId == token.Token.Id).SumAsync(e => e.Quantity));
        Assert.Equal(0, await db.Reservations.CountAsync());
        Assert.Empty((await new LedgerVerifier(server.Data.Database).VerifyAsync()).Faults);
    }

    private static void AssertSaved(string file, string expected) =>
        Assert.Contains(expected, PdfText.Read(File.ReadAllBytes(file)), StringComparison.Ordinal);

    private static (int Status, int Code) Refusal(JsonElement seen, string name) =>
        (seen.GetProperty(name).GetProperty("status").GetInt32(), seen.GetProperty(name).GetProperty("code").GetInt32());

    private static async Task<JsonElement> RunAsync(Uri address, string token, string master, string exhausted)
    {
        var folder = Path.Combine(RepositoryFolder.Find(), "tests", "ResellerPortal.EndToEnd.Tests", "NodeClient");
        var start = new ProcessStartInfo(
            "node", "journey.js")
        { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["BASE"] = address.ToString();
        start.Environment["TOKEN"] = token;
        start.Environment["MASTER"] = master;
        start.Environment["EXHAUSTED"] = exhausted;
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return node.ExitCode == 0 ? JsonDocument.Parse(output).RootElement : throw new InvalidOperationException(await errors);
    }
}
