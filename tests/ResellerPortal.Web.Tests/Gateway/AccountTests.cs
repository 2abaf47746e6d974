using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Master tokens, JWTs and what they give access to.</summary>
public sealed class AccountTests
{
    [Fact]
    public async Task A_fault_of_the_portals_own_is_answered_in_the_programs_language()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var client = fixture.Server.WithToken((await MasterAsync(fixture)).Secret);
        await using (var db = fixture.Server.Data.Database.Open(TenantScope.CrossTenants("test")))
        {
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE \"UsageRollup\" RENAME TO \"Away\"");
        }

        Assert.Equal((HttpStatusCode.InternalServerError, 5000), await GatewayFixture.RefusalAsync(client.GetAsync("/user/statistic")));
    }

    [Fact]
    public async Task The_accounts_key_is_a_positive_integer_that_stays_the_same()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var master = await MasterAsync(fixture);
        var fabrikam = await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam");
        var other = await TestData.Valued(fixture.Server.Data.Tokens.IssueAsync(
            fixture.Owner, fabrikam.Id, new TokenRequest("master", null, null) { IsMaster = true }));

        var key = await ReadAsync(master.Secret);

        Assert.InRange(key, 1, int.MaxValue);
        await TestData.Valued(fixture.Server.Data.Tokens.RevokeAsync(fixture.Owner, master.Token.Id));
        Assert.Equal(key, await ReadAsync((await MasterAsync(fixture)).Secret));
        Assert.NotEqual(key, await ReadAsync(other.Secret));

        async Task<int> ReadAsync(string secret)
        {
            using var client = fixture.Server.WithToken(secret);
            return (await GatewayFixture.JsonAsync(client.GetAsync("/user"))).GetProperty("ApiKey").GetInt32();
        }
    }

    [Fact]
    public async Task The_master_token_reads_the_account_and_makes_and_deletes_tokens()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var master = await MasterAsync(fixture);
        using var client = fixture.Server.WithToken(master.Secret);
        (await ConvertAsync(fixture.Client)).EnsureSuccessStatusCode();

        var made = (await GatewayFixture.JsonAsync(client.PostAsync("/token/create?RequestCount=2&Lifetime=60&Count=2", null))).GetProperty(
            "Tokens");

        Assert.Equal(2, made.GetArrayLength());
        Assert.InRange(
            made[0].GetProperty("ValidUntil").GetDateTime() - fixture.Server.Clock.GetUtcNow().UtcDateTime,
            TimeSpan.FromSeconds(50),
            TimeSpan.FromSeconds(61));
        var (first, second) = (made[0].GetProperty("Id").GetString()!, made[1].GetProperty("Id").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(first))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(first))).StatusCode);
        Assert.Equal((HttpStatusCode.Unauthorized, 4014), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(first))));
        Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync($"/token/{second}")).StatusCode);
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(second))));
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync("/token/never-made")).StatusCode);

        var user = await GatewayFixture.JsonAsync(client.GetAsync("/user"));
        Assert.Equal(
            ("Acme", 3L, true),
            (
                user.GetProperty("FullName").GetString(),
                user.GetProperty("ConversionsConsumed").GetInt64(),
                user.GetProperty("Active").GetBoolean()));
        var days = await GatewayFixture.JsonAsync(client.GetAsync("/user/statistic"));
        Assert.Equal(3, days.EnumerateArray().Sum(d => d.GetProperty("Conversions").GetInt64()));
        Assert.Equal(
            0,
            (await GatewayFixture.JsonAsync(client.GetAsync("/user/statistic?startDate=2020-01-01&endDate=2020-12-31"))).GetArrayLength());
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/csv"));
        var csv = await client.GetStringAsync("/user/statistic");
        Assert.StartsWith("Date,Token,Converter,Conversions\r\n", csv, StringComparison.Ordinal);
        Assert.Contains($",\"production (…{fixture.Token.Secret[^4..]})\",txt-to-pdf,1\r\n", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_account_is_closed_to_all_but_its_own_master_token()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var master = await MasterAsync(fixture);
        var (_, elsewhere) = await fixture.Server.Data.AddResellerAsync("southwind");
        var contoso = await fixture.Server.Data.AddCustomerAsync(elsewhere, "Contoso");
        var stranger = await TestData.Valued(
            fixture.Server.Data.Tokens.IssueAsync(elsewhere, contoso.Id, new TokenRequest("account", null, null) { IsMaster = true }));
        var refused = (HttpStatusCode.Unauthorized, 4010);

        Assert.Equal(refused, await GatewayFixture.RefusalAsync(fixture.Client.GetAsync("/user")));
        Assert.Equal(refused, await GatewayFixture.RefusalAsync(fixture.Client.GetAsync("/user/statistic")));
        Assert.Equal(refused, await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/token/create", null)));
        Assert.Equal(refused, await GatewayFixture.RefusalAsync(fixture.Client.DeleteAsync($"/token/{fixture.Token.Secret}")));
        Assert.Equal((HttpStatusCode.Unauthorized, 4013), await GatewayFixture.RefusalAsync(fixture.Server.Anonymous().GetAsync("/user")));
        using var client = fixture.Server.WithToken(stranger.Secret);
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync($"/token/{fixture.Token.Secret}")).StatusCode);
        Assert.Equal("Contoso", (await GatewayFixture.JsonAsync(client.GetAsync("/user"))).GetProperty("FullName").GetString());
        Assert.Equal(0, (await GatewayFixture.JsonAsync(client.GetAsync("/user/statistic"))).GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Client)).StatusCode);

        // One master token per customer, issued only by its reseller.
        Assert.True(
            (await fixture.Server.Data.Tokens.IssueAsync(
                fixture.Owner, fixture.Customer.Id, new TokenRequest("second", null, null) { IsMaster = true })).IsRefused);
        Assert.True(
            (await fixture.Server.Data.Tokens.IssueSelfServiceAsync(
                TestData.CreateAdmin(fixture.Customer), new TokenRequest("own", 10, null) { IsMaster = true })).IsRefused);
        await fixture.Server.Data.Tokens.RevokeAsync(fixture.Owner, master.Token.Id);
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015),
            await GatewayFixture.RefusalAsync(fixture.Server.WithToken(master.Secret).GetAsync("/user")));
    }

    [Theory]
    [InlineData("RequestCount=0")]
    [InlineData("RequestCount=1000000000")]
    [InlineData("Lifetime=-1")]
    [InlineData("Lifetime=315569521")]
    [InlineData("Count=many")]
    [InlineData("Count=101")]
    public async Task A_token_that_cannot_be_made_is_refused(string query)
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var master = await MasterAsync(fixture);

        Assert.Equal(
            (HttpStatusCode.BadRequest, 4000),
            await GatewayFixture.RefusalAsync(fixture.Server.WithToken(master.Secret).PostAsync("/token/create?" + query, null)));
    }

    [Fact]
    public async Task A_minted_token_converts_until_it_ends_and_dies_with_its_parent()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var minted = await MintAsync(fixture, new { ExpiresInSec = 60 });
        var bound = await MintAsync(fixture, new { Kid = fixture.Token.Token.KeyId, ExpiresInSec = 60, ClientIp = "203.0.113.9" });
        var local = await MintAsync(fixture, new { ExpiresInSec = 60, ClientIp = "127.0.0.1" });

        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(minted))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(local))).StatusCode);
        Assert.Equal((HttpStatusCode.Unauthorized, 4012), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(bound))));
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddSeconds(80));
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(minted))).StatusCode);
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddSeconds(20));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4012), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(minted))));

        var last = await MintAsync(fixture, new { ExpiresInSec = 3600 });
        await fixture.Server.Data.Tokens.RevokeAsync(fixture.Owner, fixture.Token.Token.Id);
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(last))));
        Assert.All(await fixture.SettledAsync(), e => Assert.Equal(fixture.Token.Token.Id, e.TokenId));
    }

    [Fact]
    public async Task A_token_that_was_rotated_verifies_old_signatures_until_the_overlap_ends()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var old = Sign(fixture.Token.Secret, fixture.Token.Token.KeyId, fixture.Server.Clock.GetUtcNow().AddHours(2));
        var rotated = await TestData.Valued(
            fixture.Server.Data.Tokens.RotateAsync(fixture.Owner, fixture.Token.Token.Id, TimeSpan.FromHours(1)));
        var fresh = Sign(rotated.Secret, fixture.Token.Token.KeyId, fixture.Server.Clock.GetUtcNow().AddHours(2));

        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(old))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(fresh))).StatusCode);
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddMinutes(61));
        Assert.Equal((HttpStatusCode.Unauthorized, 4012), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(old))));
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(fresh))).StatusCode);
    }

    [Fact]
    public async Task Signatures_that_are_not_good_are_refused()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var (secret, kid, soon) = (fixture.Token.Secret, fixture.Token.Token.KeyId, fixture.Server.Clock.GetUtcNow().AddMinutes(5));
        var other = await fixture.IssueAsync(new TokenRequest("other", null, null));
        var good = Sign(secret, kid, soon);
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(fixture.Server.WithToken(good))).StatusCode);

        string[] bad =
        [
            Sign(secret, other.Token.KeyId, soon),
            Sign("guessed", kid, soon),
            Sign(secret, Guid.NewGuid().ToString("N"), soon),
            Sign(secret, "../../x", soon),
            Sign(secret, kid, soon, algorithm: "none"),
            Sign(secret, kid, soon, algorithm: "HS384"),
            Sign(secret, kid, soon, algorithm: "RS256"),
            Sign(secret, kid, null),
            good[..^2] + (good[^2] == 'A' ? "B" : "A") + good[^1],
            good.Split('.')[0] + "." + good.Split('.')[1] + ".",
            "eyJ.eyJ.x",
        ];
        foreach (var jwt in bad)
        {
            Assert.Equal(
                (HttpStatusCode.Unauthorized, 4012), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Server.WithToken(jwt))));
        }

        Assert.Single(await fixture.SettledAsync());
    }

    private static async Task<IssuedToken> MasterAsync(GatewayFixture fixture) =>
        await fixture.IssueAsync(new TokenRequest("account", null, null) { IsMaster = true });

    private static Task<HttpResponseMessage> ConvertAsync(HttpClient client) =>
        client.PostAsync(
            "/convert/txt/to/pdf", new MultipartFormDataContent { { new ByteArrayContent("x"u8.ToArray()), "File", "a.txt" } });

    private static async Task<string> MintAsync(GatewayFixture fixture, object request)
    {
        using var body = JsonContent.Create(request, options: new JsonSerializerOptions { PropertyNamingPolicy = null });
        return (await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/token/jwt", body))).GetProperty("token").GetString()!;
    }

    /// <summary>Signs a JWT as a customer would, without code of the portal.</summary>
    private static string Sign(string secret, string kid, DateTimeOffset? until, string algorithm = "HS256")
    {
        var header = Encode(new Dictionary<string, object> { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = kid });
        var claims = Encode(until is { } exp ? new Dictionary<string, object> { ["exp"] = exp.ToUnixTimeSeconds() } : []);
        var text = Encoding.ASCII.GetBytes($"{header}.{claims}");
        var key = Encoding.UTF8.GetBytes(secret);
        var signature = algorithm == "HS384" ? HMACSHA384.HashData(key, text) : HMACSHA256.HashData(key, text);
        return $"{header}.{claims}.{(algorithm == "none" ? "" : WebEncoders.Base64UrlEncode(signature))}";
    }

    private static string Encode(Dictionary<string, object> json) => WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(json));
}
