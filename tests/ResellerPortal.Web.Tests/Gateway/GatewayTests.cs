using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

public class GatewayTests
{
    [Fact]
    public async Task A_text_file_comes_back_as_a_pdf_and_is_in_the_ledger()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, "txt", "hello.txt", "Grüße aus Vilnius"u8.ToArray());

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(1, answer.Json.GetProperty("ConversionCost").GetInt64());
        var file = answer.Json.GetProperty("Files")[0];
        Assert.Equal(("hello.pdf", "pdf"), (file.GetProperty("FileName").GetString(), file.GetProperty("FileExt").GetString()));
        var pdf = file.GetProperty("FileData").GetBytesFromBase64();
        Assert.Equal(pdf.Length, file.GetProperty("FileSize").GetInt32());
        Assert.Contains("Grüße aus Vilnius", PdfText.Read(pdf), StringComparison.Ordinal);
        Assert.Equal([("txt-to-pdf", 1L, "production")], await EntriesAsync(server));
    }

    [Theory]
    [InlineData("md", "# Title\n\nSome *words* and\n\n- a list", "Title")]
    [InlineData("csv", "name;count\nAcme;12\n", "Acme")]
    public async Task Markdown_and_tables_are_really_drawn(string format, string content, string expected)
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, format, "file." + format, Encoding.UTF8.GetBytes(content));

        Assert.Contains(
            expected,
            PdfText.Read(answer.Json.GetProperty("Files")[0].GetProperty("FileData").GetBytesFromBase64()),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_really_drawn()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, "png", "pixel.png", TestPicture.Png());

        Assert.Equal(1, PdfText.ImageCount(answer.Json.GetProperty("Files")[0].GetProperty("FileData").GetBytesFromBase64()));
    }

    [Fact]
    public async Task A_stored_file_is_fetched_through_the_gateway()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, "txt", "hello.txt", "stored"u8.ToArray(), "?StoreFile=true");

        var file = answer.Json.GetProperty("Files")[0];
        var url = file.GetProperty("Url").GetString()!;
        Assert.StartsWith(server.Address + "d/", url, StringComparison.Ordinal);
        Assert.False(file.TryGetProperty("FileData", out _));
        using var stored = await server.Anonymous().GetAsync(url);
        Assert.Contains("stored", PdfText.Read(await stored.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.Equal(("attachment", "sandbox"), (
            stored.Content.Headers.ContentDisposition!.DispositionType, stored.Headers.GetValues("Content-Security-Policy").Single()));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Anonymous().GetAsync("/d/" + new string('0', 32))).StatusCode);
    }

    [Fact]
    public async Task Older_clients_send_the_token_in_the_query()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);
        using var form = Form("hello.txt", "x"u8.ToArray());

        var answer = await server.Anonymous().PostAsync($"/convert/txt/to/pdf?Secret={token.Secret}", form);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_refused_caller_is_told_what_to_do()
    {
        using var server = PortalServer.Start();
        var (owner, customer, token) = await SellAsync(server);
        var revoked = await server.Data.IssueAsync(owner, customer);
        await server.Data.Tokens.RevokeAsync(owner, revoked.Token.Id);
        var expired = await server.Data.IssueAsync(owner, customer, expiresAtUtc: server.Clock.GetUtcNow().AddMinutes(1));
        server.Clock.MoveTo(server.Clock.GetUtcNow().AddMinutes(2));

        Assert.Equal((HttpStatusCode.Unauthorized, 4013), await CodeAsync(server, null));
        Assert.Equal((HttpStatusCode.Unauthorized, 4011), await CodeAsync(server, "rpt_nobody"));
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await CodeAsync(server, revoked.Secret));
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await CodeAsync(server, expired.Secret));
        await using (var db = server.Data.Database.Open(TenantScope.CrossTenants("test")))
        {
            await db.ApiTokens.Where(t => t.CustomerId == customer.Id).ExecuteUpdateAsync(
                set => set.SetProperty(t => t.PausedAtUtc, server.Clock.GetUtcNow()));
        }

        var paused = await ConvertAsync(server, token.Secret, "txt", "hello.txt", "Hello"u8.ToArray());
        Assert.Equal((HttpStatusCode.Unauthorized, 4014), (paused.Status, paused.Json.GetProperty("Code").GetInt32()));
        Assert.Contains("an invoice is overdue", paused.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Empty(await EntriesAsync(server));
    }

    [Fact]
    public async Task A_tokens_terms_are_enforced_with_ConvertAPIs_error_codes()
    {
        using var server = PortalServer.Start();
        var (owner, customer, _) = await SellAsync(server);
        var now = server.Clock.GetUtcNow();

        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015), await WithAsync(new TokenRequest("later", null, null) { NotBeforeUtc = now.AddDays(1) }));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015),
            await WithAsync(new TokenRequest("docx", null, null) { AllowedConverters = ["docx-to-pdf"] }));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015),
            await WithAsync(new TokenRequest("office", null, null) { AllowedNetworks = ["203.0.113.0/24"] }));
        var local = await TestData.Valued(server.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("local", null, null) { AllowedNetworks = ["127.0.0.0/8"], RequestsPerMinute = 1 }));
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(server, local.Secret, "txt", "a.txt", "x"u8.ToArray())).Status);
        using var form = Form("a.txt", "x"u8.ToArray());
        using var tooFast = await server.WithToken(local.Secret).PostAsync("/convert/txt/to/pdf", form);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, tooFast.StatusCode);
        Assert.InRange(tooFast.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 30, 60);

        async Task<(HttpStatusCode, int)> WithAsync(TokenRequest request) =>
            await CodeAsync(server, (await TestData.Valued(server.Data.Tokens.IssueAsync(owner, customer.Id, request))).Secret);
    }

    [Theory]
    [InlineData("127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("198.51.100.0/24", HttpStatusCode.Unauthorized)]
    public async Task A_callers_address_is_taken_from_known_proxies_alone(string proxies, HttpStatusCode expected)
    {
        using var server = PortalServer.Start(settings: ("Portal:KnownProxyNetworks:0", proxies));
        var (owner, customer, _) = await SellAsync(server);
        var token = await TestData.Valued(server.Data.Tokens.IssueAsync(
            owner, customer.Id, new TokenRequest("office", null, null) { AllowedNetworks = ["203.0.113.0/24"] }));
        using var client = server.WithToken(token.Secret);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using var form = Form("a.txt", "x"u8.ToArray());

        Assert.Equal(expected, (await client.PostAsync("/convert/txt/to/pdf", form)).StatusCode);
    }

    [Fact]
    public async Task A_used_up_limit_and_used_up_credits_answer_4014()
    {
        using var server = PortalServer.Start();
        var (owner, customer, unlimited) = await SellAsync(server, lot: 2);
        var limited = await server.Data.IssueAsync(owner, customer, limit: 1);

        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(server, limited.Secret, "txt", "a.txt", "x"u8.ToArray())).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, 4014), await CodeAsync(server, limited.Secret));
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(server, unlimited.Secret, "txt", "a.txt", "x"u8.ToArray())).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, 4014), await CodeAsync(server, unlimited.Secret));
    }

    [Fact]
    public async Task A_spent_prepaid_balance_answers_4014_and_says_so_until_it_is_topped_up()
    {
        using var server = PortalServer.Start();
        var (owner, customer, token) = await SellAsync(server);
        await TestData.Valued(server.Services.GetRequiredService<PrepaidTermsService>().SetAsync(owner, customer.Id, true));

        var spent = await ConvertAsync(server, token.Secret, "txt", "a.txt", "x"u8.ToArray());
        Assert.Equal((HttpStatusCode.Unauthorized, 4014), (spent.Status, spent.Json.GetProperty("Code").GetInt32()));
        Assert.Contains(
            "Your account's prepaid balance of 0.00 EUR does not cover this conversion",
            spent.Json.GetProperty("Message").GetString(),
            StringComparison.Ordinal);
        Assert.Empty(await EntriesAsync(server));

        var payment = new BalancePayment(customer.Id, 1, DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime), "", Guid.NewGuid());
        await TestData.Valued(server.Services.GetRequiredService<BalancePaymentService>().TopUpAsync(owner, payment));
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(server, token.Secret, "txt", "a.txt", "x"u8.ToArray())).Status);
    }

    [Fact]
    public async Task Two_hundred_requests_at_once_pass_neither_limit_nor_lot()
    {
        using var server = PortalServer.Start();
        var (owner, customer, unlimited) = await SellAsync(server, lot: 90);
        var limited = await server.Data.IssueAsync(owner, customer, limit: 40);

        // Until the first one is done, limited tokens hold more than it costs.
        Assert.Equal(HttpStatusCode.OK, (await ConvertAsync(server, unlimited.Secret, "txt", "a.txt", "x"u8.ToArray())).Status);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            ConvertAsync(server, i % 2 == 0 ? limited.Secret : unlimited.Secret, "txt", "a.txt", "x"u8.ToArray())));

        Assert.InRange(answers.Where((_, i) => i % 2 == 0).Count(a => a.Status == HttpStatusCode.OK), 0, 40);
        Assert.Equal(89, answers.Count(a => a.Status == HttpStatusCode.OK));
        var refused = answers.Where(a => a.Status != HttpStatusCode.OK);
        Assert.All(refused, a => Assert.Contains(a.Json.GetProperty("Code").GetInt32(), (int[])[4014, 5030]));
        Assert.Equal(90, (await EntriesAsync(server)).Sum(e => e.Quantity));
        Assert.Empty((await new LedgerVerifier(server.Data.Database).VerifyAsync()).Faults);
    }

    [Fact]
    public async Task What_the_sandbox_cannot_do_names_what_it_can_and_the_setting_for_the_real_service()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, "dwg", "a.dwg", "x"u8.ToArray());

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Contains("txt, md, csv, png, jpg", answer.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Contains("ConvertApi:BaseUrl", answer.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
        await AssertNothingHeldAsync(server);
    }

    [Fact]
    public async Task Empty_damaged_and_oversized_files_are_refused_and_not_charged()
    {
        using var server = PortalServer.Start(settings: ("Gateway:MaxUploadBytes", "100000"));
        var (_, _, token) = await SellAsync(server);
        var client = server.WithToken(token.Secret);

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/convert/txt/to/pdf", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await ConvertAsync(server, token.Secret, "txt", "a.txt", [])).Status);
        var damaged = await ConvertAsync(server, token.Secret, "png", "a.png", "no picture"u8.ToArray());
        Assert.Equal((HttpStatusCode.InternalServerError, 5002), (damaged.Status, damaged.Json.GetProperty("Code").GetInt32()));
        var large = await ConvertAsync(server, token.Secret, "txt", "a.txt", new byte[200_000]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.Status);
        Assert.Contains("nothing was charged", large.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
        await AssertNothingHeldAsync(server);
    }

    [Fact]
    public async Task Large_pictures_are_refused_by_their_pixels_however_many_come_at_once()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);
        var picture = TestPicture.Png(2_001, 2_000, new byte[2_000 * ((2_001 * 3) + 1)]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConvertAsync(server, token.Secret, "png", "a.png", picture)));

        Assert.All(answers, a => Assert.Contains("4,000,000 pixels", a.Json.GetRawText(), StringComparison.Ordinal));
        await AssertNothingHeldAsync(server);
    }

    [Fact]
    public async Task A_body_that_grows_too_large_on_the_way_is_refused_and_not_charged()
    {
        using var server = PortalServer.Start(settings: ("Gateway:MaxUploadBytes", "100000"));
        var (_, _, token) = await SellAsync(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/convert/txt/to/pdf") { Content = Form("a.txt", new byte[300_000]) };
        request.Headers.TransferEncodingChunked = true;

        var answer = await server.WithToken(token.Secret).SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await AssertNothingHeldAsync(server);
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_loses_nothing()
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, "txt", "a.txt", [.. "caf"u8, 0xE9, .. " au lait"u8]);

        Assert.Contains(
            "café au lait",
            PdfText.Read(answer.Json.GetProperty("Files")[0].GetProperty("FileData").GetBytesFromBase64()),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/convert/tx%20t/to/pdf")]
    [InlineData("/convert/txt/to/..%2Fpdf")]
    public async Task Unreadable_formats_are_refused(string path)
    {
        using var server = PortalServer.Start();
        var (_, _, token) = await SellAsync(server);
        using var form = Form("a.txt", "x"u8.ToArray());

        Assert.Equal(HttpStatusCode.BadRequest, (await server.WithToken(token.Secret).PostAsync(path, form)).StatusCode);
    }

    [Fact]
    public async Task An_upstream_that_cannot_be_reached_is_not_charged()
    {
        using var server = PortalServer.Start(settings: [("ConvertApi:BaseUrl", "http://127.0.0.1:9"), ("ConvertApi:Secret", "s")]);
        var (_, _, token) = await SellAsync(server);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ConvertAsync(server, token.Secret, "txt", "a.txt", "x"u8.ToArray())).Status);
        await AssertNothingHeldAsync(server);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, """{"ConversionCost": 3, "Files": []}""", HttpStatusCode.OK, 3, EntryFlags.None)]
    [InlineData(HttpStatusCode.OK, """{"Files": []}""", HttpStatusCode.OK, 1, EntryFlags.Unconfirmed)]
    [InlineData(HttpStatusCode.OK, "garbage", HttpStatusCode.InternalServerError, 1, EntryFlags.Unconfirmed)]
    [InlineData(
        HttpStatusCode.InternalServerError,
        """{"Code": 5001, "Message": "failed"}""",
        HttpStatusCode.InternalServerError,
        0,
        EntryFlags.None)]
    [InlineData(
        HttpStatusCode.Unauthorized, """{"Code": 4010, "Message": "bad secret"}""", HttpStatusCode.ServiceUnavailable, 0, EntryFlags.None)]
    public async Task What_the_upstream_answers_decides_what_is_recorded(
        HttpStatusCode status,
        string body,
        HttpStatusCode told,
        long recorded,
        EntryFlags flags)
    {
        await using var upstream = await StandInUpstream.StartAsync(status, body);
        using var server = PortalServer.Start(
            settings: [("ConvertApi:BaseUrl", upstream.Address), ("ConvertApi:Secret", "operators-secret")]);
        var (_, _, token) = await SellAsync(server);

        var answer = await ConvertAsync(server, token.Secret, "docx", "a.docx", "content"u8.ToArray());

        Assert.Equal(told, answer.Status);
        Assert.Equal("Bearer operators-secret", upstream.Authorization);
        Assert.Contains("content", upstream.Body, StringComparison.Ordinal);
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        var entries = await db.LedgerEntries.ToListAsync();
        Assert.Equal(recorded, entries.Sum(e => e.Quantity));
        Assert.All(entries, e => Assert.Equal(flags, e.Flags));
        Assert.Equal(0, await db.Reservations.CountAsync());
        Assert.DoesNotContain("operators-secret", answer.Json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sandbox_serves_the_gateway_alone()
    {
        using var server = PortalServer.Start();
        using var form = Form("a.txt", "x"u8.ToArray());

        Assert.Equal(
            HttpStatusCode.Unauthorized, (await server.WithToken("guess").PostAsync("/sandbox/convert/txt/to/pdf", form)).StatusCode);
    }

    private static async Task<(Actor Owner, Customer Customer, IssuedToken Token)> SellAsync(PortalServer server, long lot = 1000)
    {
        var (_, owner) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(owner, lot, lot * 0.015m);
        var customer = await server.Data.AddCustomerAsync(owner, "Acme");
        return (owner, customer, await server.Data.IssueAsync(owner, customer));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Json)> ConvertAsync(
        PortalServer server,
        string? secret,
        string from,
        string name,
        byte[] content,
        string query = "")
    {
        using var client = secret is null ? server.Anonymous() : server.WithToken(secret);
        using var form = Form(name, content);
        using var answer = await client.PostAsync($"/convert/{from}/to/pdf{query}", form);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static async Task<(HttpStatusCode Status, int Code)> CodeAsync(PortalServer server, string? secret)
    {
        var (status, json) = await ConvertAsync(server, secret, "txt", "a.txt", "x"u8.ToArray());
        Assert.True(json.GetProperty("Message").GetString()!.Length > 20);
        return (status, json.GetProperty("Code").GetInt32());
    }

    private static MultipartFormDataContent Form(string name, byte[] content) => new() { { new ByteArrayContent(content), "File", name } };

    private static async Task<List<(string Converter, long Quantity, string Environment)>> EntriesAsync(PortalServer server)
    {
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        return [.. (await db.LedgerEntries.ToListAsync()).Select(e => (e.Converter, e.Quantity, e.Environment))];
    }

    private static async Task AssertNothingHeldAsync(PortalServer server)
    {
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        Assert.Equal(0, await db.LedgerEntries.CountAsync());
        Assert.Equal(0, await db.Reservations.CountAsync());
        Assert.Equal(0, await db.ApiTokens.SumAsync(t => t.Used + t.Reserved));
    }
}
