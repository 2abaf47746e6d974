using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Every request format for conversions, as the upstream receives it.</summary>
public sealed class FormTests
{
    private const string Converted = """{"ConversionCost": 1, "Files": []}""";

    [Fact]
    public async Task Multipart_passes_files_and_fields_and_keeps_what_is_the_gateways_own()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = GatewayFixture.Form(content: "one");
        form.Add(new StringContent("two"), "Files[1]", "b é.docx");
        form.Add(new StringContent("1.7"), "PdfVersion");
        form.Add(new StringContent(fixture.Token.Secret), "Token");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf?PageRange=1-2", form)).EnsureSuccessStatusCode();

        Assert.Contains("one", upstream.Body, StringComparison.Ordinal);
        Assert.Contains("two", upstream.Body, StringComparison.Ordinal);
        Assert.Contains("PdfVersion", upstream.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Token.Secret, upstream.Body, StringComparison.Ordinal);
        Assert.Equal("/convert/docx/to/pdf?PageRange=1-2", upstream.PathAndQuery);
    }

    [Fact]
    public async Task What_is_encoded_is_decoded_once_and_encoded_again()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = new StringContent(
            "%54oken=mine&%2554oken=kept&Note=a%2541%26b", Encoding.UTF8, "application/x-www-form-urlencoded");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf?%61uth=mine&%2561uth=kept&Note=a%2541%26b", form)).EnsureSuccessStatusCode();

        Assert.Equal("%2554oken=kept&Note=a%2541%26b", upstream.Body);
        Assert.Equal("/convert/docx/to/pdf?%2561uth=kept&Note=a%2541%26b", upstream.PathAndQuery);
    }

    [Fact]
    public async Task Urlencoded_raw_and_GET_are_passed_on()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        using (var form = new FormUrlEncodedContent([new("PdfVersion", "1.7"), new("Secret", "mine")]))
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();
        }

        Assert.Equal("PdfVersion=1.7", upstream.Body);
        using (var raw = new ByteArrayContent("raw"u8.ToArray()))
        {
            raw.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; filename=\"a.docx\"");
            (await fixture.Client.PostAsync("/convert/docx/to/pdf/converter/openoffice", raw)).EnsureSuccessStatusCode();
        }

        Assert.Equal(("raw", "/convert/docx/to/pdf/converter/openoffice"), (upstream.Body, upstream.PathAndQuery));
        (await fixture.Client.GetAsync("/convert/web/to/pdf?PageSize=a4&auth=x")).EnsureSuccessStatusCode();
        Assert.Equal(("", "/convert/web/to/pdf?PageSize=a4"), (upstream.Body, upstream.PathAndQuery));
    }

    [Fact]
    public async Task Files_of_any_content_and_size_arrive_as_they_were_sent()
    {
        var arrived = new List<(string Name, string Content)>();
        await using var upstream = await StandInUpstream.StartAsync(async (_, context) =>
        {
            foreach (var file in (await context.Request.ReadFormAsync()).Files)
            {
                using var content = new MemoryStream();
                await file.CopyToAsync(content);
                arrived.Add((file.FileName, Encoding.Latin1.GetString(content.ToArray())));
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var pieces = Gen.Int[0, 7].Select(i => ((string[])[
            "\r\n", "\r\n--", "\r\n--bound", "\r\n--boundar", "--boundar", "\n", "-", "\r",
        ])[i]).Array[0, 6];
        var sizes = Gen.OneOf(
            Gen.Int[0, 3], Gen.Int[65_200, 65_600], Gen.Int[131_040, 131_080], Gen.Int[262_130, 262_160], Gen.Int[0, 400_000]);

        await Gen.Select(Gen.Select(pieces, sizes, pieces).Array[1, 3], Gen.Bool).SampleAsync(
            async (files, hasLength) =>
            {
                arrived.Clear();
                using var form = new MultipartFormDataContent("boundary");
                var sent = files.Select((f, i) => (
                    Name: $"{i}.bin",
                    Content: string.Concat(f.Item1) + new string('x', f.Item2) + string.Concat(f.Item3))).ToList();
                foreach (var (name, content) in sent)
                {
                    form.Add(new ByteArrayContent(Encoding.Latin1.GetBytes(content)), "Files", name);
                }

                using var request = new HttpRequestMessage(HttpMethod.Post, "/convert/docx/to/pdf") { Content = form };
                request.Headers.TransferEncodingChunked = !hasLength;
                (await fixture.Client.SendAsync(request)).EnsureSuccessStatusCode();
                Assert.Equal(sent, arrived);
                return true;
            },
            iter: 150,
            threads: 1);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300_000)]
    public async Task Fields_in_any_encoding_arrive_as_they_were_sent(int size)
    {
        var arrived = "";
        await using var upstream = await StandInUpstream.StartAsync(async (_, context) =>
        {
            arrived = await new StreamReader(context.Request.Body, Encoding.Latin1).ReadToEndAsync();
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var password = string.Concat(Enumerable.Repeat("Grüße ", 500));
        using var form = new MultipartFormDataContent("boundary") { { new ByteArrayContent(new byte[size]), "File", "a.docx" } };
        form.Add(new ByteArrayContent(Encoding.Latin1.GetBytes(password)), "Password");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();

        Assert.Contains($"\r\n\r\n{password}\r\n--boundary--", arrived, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300_000)]
    public async Task A_form_is_sent_with_its_length_whatever_becomes_of_its_fields(int size)
    {
        long? announced = null;
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            announced = context.Request.ContentLength;
            await upstream.ReadAsync(context);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = new MultipartFormDataContent(
            "boundary") { { new ByteArrayContent(Encoding.ASCII.GetBytes(new string('x', size))), "File", "a.docx" } };
        form.Add(new StringContent(fixture.Token.Secret), "Token");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();

        Assert.Equal(upstream.Body.Length, announced);
        Assert.EndsWith("--boundary--", upstream.Body.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain(fixture.Token.Secret, upstream.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)]
    [InlineData(3_000_000)]
    public async Task Json_of_any_size_arrives_as_it_was_sent(int size)
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('d', size)));
        var sent = $$$"""
            {"Parameters": [
              {"Name": "File", "FileValue": {"Name": "a \"quoted\" \u00e9.docx", "Data": "{{{data}}}"}},
              {"Name": "Html", "Value": "{{{new string('<', 9000)}}} \\ \" end"},
              {"Name": "StoreFile", "Value": true},
              {"Name": "Secret", "Value": "mine"}
            ]}
            """;
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var body = new StringContent(sent, Encoding.UTF8, "application/json");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf", body)).EnsureSuccessStatusCode();

        var expected = JsonNode.Parse(sent)!;
        expected["Parameters"]!.AsArray().RemoveAt(3);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(upstream.Body)));
    }

    [Theory]
    [InlineData("application/json", "", 4000)]
    [InlineData("application/json", "{", 4002)]
    [InlineData("application/json", "[]", 4002)]
    [InlineData("application/json", """{"Parameters": [{"Value": 1}]}""", 4002)]
    [InlineData("application/json", """{"Parameters": 7}""", 4002)]
    [InlineData("multipart/form-data", "x", 4000)]
    [InlineData(
        "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"File\"; filename=\"a\"\r\n\r\ncut of", 4000)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nNo-Disposition: x\r\n\r\nx\r\n--b--\r\n", 4000)]
    [InlineData("multipart/form-data; boundary=\"a b\\\"c\"", "x", 4000)]
    [InlineData("application/json", "{\"Parameters\":[],\"Parameters\":[{\"Name\":\"StoreFile\",\"Value\":true}]}", 4002)]
    public async Task An_unreadable_form_is_refused_and_not_charged(string type, string body, int code)
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal(
            (HttpStatusCode.BadRequest, code),
            await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", content)));
        Assert.Empty(await fixture.SettledAsync());
    }

    [Theory]
    [InlineData("http://127.0.0.1/a.docx")]
    [InlineData("http://localhost/a.docx")]
    [InlineData("http://[::1]/a.docx")]
    [InlineData("http://[::ffff:10.0.0.1]/a.docx")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.1.2.3/a.docx")]
    [InlineData("https://192.168.0.1/a.docx")]
    [InlineData("http://100.64.0.1/a.docx")]
    [InlineData("http://0x7f000001/a.docx")]
    [InlineData("http://user:password@93.184.216.34/a.docx")]
    public async Task An_address_inside_a_private_network_goes_nowhere(string address)
    {
        var asked = false;
        await using var upstream = await StandInUpstream.StartAsync((_, _) =>
        {
            asked = true;
            return Task.CompletedTask;
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = new FormUrlEncodedContent([new("File", address)]);
        using var json = new StringContent(
            $$"""{"Parameters":[{"Name":"Files","FileValues":[{"Url":"{{address}}"}]}]}""", Encoding.UTF8, "application/json");
        var refused = (HttpStatusCode.InternalServerError, 5007);

        Assert.Equal(refused, await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", form)));
        Assert.Equal(refused, await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", json)));
        Assert.Equal(
            refused,
            await GatewayFixture.RefusalAsync(fixture.Client.GetAsync("/convert/docx/to/pdf?File=" + Uri.EscapeDataString(address))));
        Assert.Equal(
            refused, await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/upload?url=" + Uri.EscapeDataString(address), null)));
        Assert.Equal(
            refused,
            await GatewayFixture.RefusalAsync(
                fixture.Client.PostAsync("/async/convert/docx/to/pdf?WebHook=" + Uri.EscapeDataString(address), GatewayFixture.Form())));
        Assert.False(asked);
        Assert.Empty(await fixture.SettledAsync());
    }

    [Fact]
    public async Task Browsers_may_call_from_any_origin_or_from_those_of_the_token()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var bound = await fixture.IssueAsync(
            new Core.Tokens.TokenRequest("web", null, null) { AllowedOrigins = ["https://app.acme.example"] });

        Assert.Equal((HttpStatusCode.OK, "*"), await FromAsync(fixture.Token.Secret, "https://anywhere.example"));
        Assert.Equal((HttpStatusCode.OK, "*"), await FromAsync(bound.Secret, "https://app.acme.example"));
        Assert.Equal((HttpStatusCode.Unauthorized, "*"), await FromAsync(bound.Secret, "https://evil.example"));
        Assert.Equal((HttpStatusCode.OK, null), await FromAsync(bound.Secret, null));
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/convert/docx/to/pdf");
        preflight.Headers.Add("Origin", "https://app.acme.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization");
        using var allowed = await fixture.Server.Anonymous().SendAsync(preflight);
        Assert.Equal("authorization", allowed.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
        using var page = new HttpRequestMessage(HttpMethod.Get, "/account/sign-in") { Headers = { { "Origin", "https://evil.example" } } };
        Assert.False((await fixture.Server.Anonymous().SendAsync(page)).Headers.Contains("Access-Control-Allow-Origin"));

        async Task<(HttpStatusCode, string?)> FromAsync(string secret, string? origin)
        {
            using var client = fixture.Server.WithToken(secret);
            if (origin is not null)
            {
                client.DefaultRequestHeaders.Add("Origin", origin);
            }

            using var answer = await client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());
            return (answer.StatusCode, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
        }
    }

    [Fact]
    public async Task A_reseller_brings_its_own_account_and_region_and_may_refuse_tokens_in_the_query()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        await using var regional = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("ConvertApi:Regions:eu", regional.Address)));
        var settings = fixture.Server.Services.GetRequiredService<Core.Conversions.UpstreamSettingsService>();
        (await settings.SetAsync(fixture.Owner, new("the-resellers-own-secret", "eu", false, false), ["eu"])).ToString();
        await using (var db = fixture.Server.Data.Database.Open(Core.Tenancy.TenantScope.CrossTenants("test")))
        {
            Assert.DoesNotContain(
                "own-secret", db.Set<Core.Tenancy.Reseller>().Single().ProtectedUpstreamSecret!, StringComparison.Ordinal);
        }

        (await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).EnsureSuccessStatusCode();

        Assert.Equal(("Bearer the-resellers-own-secret", ""), (regional.Authorization, upstream.Authorization));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4013),
            await GatewayFixture.RefusalAsync(
                fixture.Server.Anonymous().PostAsync($"/convert/docx/to/pdf?Token={fixture.Token.Secret}", GatewayFixture.Form())));
        Assert.Single(await fixture.SettledAsync());
    }

    [Fact]
    public async Task A_reseller_above_its_concurrency_limit_is_refused()
    {
        var mayAnswer = new TaskCompletionSource();
        await using var upstream = await StandInUpstream.StartAsync(async (_, context) =>
        {
            await mayAnswer.Task;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("Gateway:ConcurrencyPerReseller", "2")));

        var sent = Enumerable.Range(0, 5).Select(_ => fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).ToList();
        var refused = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            var first = await Task.WhenAny(sent);
            sent.Remove(first);
            refused.Add((await first).StatusCode);
        }

        mayAnswer.SetResult();
        Assert.All(refused, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        Assert.All(await Task.WhenAll(sent), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(2, (await fixture.SettledAsync()).Count);
    }

    [Fact]
    public async Task A_reseller_above_its_requests_per_minute_gets_429_with_Retry_After()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("Gateway:RequestsPerMinutePerReseller", "3")));
        for (var i = 0; i < 3; i++)
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).EnsureSuccessStatusCode();
        }

        using var refused = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.Equal(3, (await fixture.SettledAsync()).Count);
        var (_, other) = await fixture.Server.Data.AddResellerAsync("southwind");
        await fixture.Server.Data.BuyAsync(other, 100, 10m);
        using var theirs = fixture.Server.WithToken(
            (await fixture.Server.Data.IssueAsync(other, await fixture.Server.Data.AddCustomerAsync(other, "Theirs"))).Secret);
        (await theirs.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).EnsureSuccessStatusCode();
    }
}
