using System.Net;
using System.Text;
using CsCheck;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Every request format for conversions, as the upstream receives it.</summary>
public sealed class FormTests
{
    private const string Converted = """{"ConversionCost": 1, "Files": []}""";

    [Fact]
    public async Task Multipart_is_written_anew_with_its_files_and_fields_and_those_of_the_query()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = GatewayFixture.Form(content: "one");
        form.Add(new StringContent("two"), "Files[1]", "b é.docx");
        form.Add(new StringContent("1.7"), "PdfVersion");
        form.Add(new StringContent("kept"), "Token");
        form.Add(new StringContent("kept too"), "auth");
        form.Add(new StringContent("mine"), "Secret");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf?PageRange=1-2&apikey=7", form)).EnsureSuccessStatusCode();

        Assert.Equal("/convert/docx/to/pdf", upstream.PathAndQuery);
        Assert.Equal(
            [("PageRange", "1-2"), ("PdfVersion", "1.7"), ("Token", "kept"), ("auth", "kept too")], upstream.Fields);
        Assert.Equal([("File", "a.docx", "one"), ("Files[1]", "b é.docx", "two")], upstream.Files);
    }

    [Fact]
    public async Task What_is_encoded_is_decoded_once()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = new StringContent("%53ecret=mine&Note=a%2541%26b", Encoding.UTF8, "application/x-www-form-urlencoded");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf?%61uth=mine&Other=a%2541%26b", form)).EnsureSuccessStatusCode();

        Assert.Equal([("Other", "a%41&b"), ("Note", "a%41&b")], upstream.Fields);
        Assert.Equal("/convert/docx/to/pdf", upstream.PathAndQuery);
    }

    [Fact]
    public async Task Urlencoded_raw_and_GET_become_forms_as_well()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        using (var form = new FormUrlEncodedContent([new("PdfVersion", "1.7"), new("Secret", "mine")]))
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();
        }

        Assert.Equal([("PdfVersion", "1.7")], upstream.Fields);
        foreach (var size in (int[])[3, 300_000])
        {
            using var raw = new ByteArrayContent(Encoding.ASCII.GetBytes(new string('r', size)));
            raw.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; filename=\"a.docx\"");
            (await fixture.Client.PostAsync("/convert/docx/to/pdf/converter/openoffice?StoreFile=true", raw)).EnsureSuccessStatusCode();
            Assert.Equal([("File", "a.docx", new string('r', size))], upstream.Files);
            Assert.Equal([("StoreFile", "true")], upstream.Fields);
            Assert.Equal("/convert/docx/to/pdf/converter/openoffice", upstream.PathAndQuery);
        }

        (await fixture.Client.GetAsync("/convert/web/to/pdf?PageSize=a4&auth=x")).EnsureSuccessStatusCode();
        Assert.Equal("/convert/web/to/pdf", upstream.PathAndQuery);
        Assert.Equal([("PageSize", "a4")], upstream.Fields);

        // A request without a body, as older clients send it with everything in the query.
        (await fixture.Client.PostAsync("/convert/web/to/pdf?Url=https://93.184.216.34/&PageSize=a3", null)).EnsureSuccessStatusCode();
        Assert.Equal([("Url", "https://93.184.216.34/"), ("PageSize", "a3")], upstream.Fields);
    }

    [Fact]
    public async Task What_the_gateway_understands_does_not_go_upstream_in_any_spelling()
    {
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            await upstream.ReadAsync(context);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(context.Request.Path.StartsWithSegments("/async") ? """{"JobId": "x"}""" : Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        foreach (var (name, value) in new[]
        {
            ("async", "TRUE"), ("ASYNC", " true "), ("Async[0]", "1"), ("a-sync", "yes"), ("As-yNC", "on"), ("A_SYNC", "true"),
        })
        {
            foreach (var size in (int[])[10, 100_000])
            {
                using var form = new MultipartFormDataContent
                {
                    { new StringContent(value), name },
                    { new StringContent(Guid.NewGuid().ToString()), "Job-Id" },
                    { new StringContent("https://93.184.216.34/hook"), "web_hook" },
                    { new StringContent(new string('x', size)), "File", "a.docx" },
                };

                var job = await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", form));

                Assert.True(job.TryGetProperty("JobId", out _), name);
                Assert.StartsWith("/async/convert/docx/to/pdf?JobId=", upstream.PathAndQuery, StringComparison.Ordinal);
                Assert.Equal(["File"], upstream.Parts.Select(part => part.Name));
            }
        }

        foreach (var wrong in (string[])["maybe", "true,false", "\u0001true"])
        {
            using var form = GatewayFixture.Form();
            form.Add(new StringContent(wrong), "Async");
            Assert.Equal(
                (HttpStatusCode.BadRequest, 4000),
                await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", form)));
        }
    }

    [Fact]
    public async Task Fields_have_a_stated_limit_and_their_charset()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var latin = Encoding.Latin1.GetBytes("Grüße");
        using (var form = GatewayFixture.Form())
        {
            var text = new ByteArrayContent(latin);
            text.Headers.TryAddWithoutValidation("Content-Type", "text/plain; charset=iso-8859-1");
            form.Add(text, "UserPassword");
            var marked = new ByteArrayContent([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("é")]);
            marked.Headers.TryAddWithoutValidation("Content-Type", "text/plain; charset=utf-16");
            form.Add(marked, "OwnerPassword");
            form.Add(new StringContent(new string('h', 900_000)), "Html");
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();
        }

        Assert.Equal([("UserPassword", "Grüße"), ("OwnerPassword", "é"), ("Html", new string('h', 900_000))], upstream.Fields);
        using (var form = GatewayFixture.Form())
        {
            form.Add(new ByteArrayContent(latin), "UserPassword");
            Assert.Equal(
                (HttpStatusCode.BadRequest, 4000),
                await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", form)));
        }

        foreach (var _ in (bool[])[false, true])
        {
            using var form = new MultipartFormDataContent();
            form.Add(new StringContent(new string('h', 600_000)), "Html");
            form.Add(new StringContent(new string('h', 600_000)), "Header");
            form.Add(new StringContent("content"), "File", "a.docx");
            Assert.Equal(
                (HttpStatusCode.RequestEntityTooLarge, 4000),
                await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", form)));
        }

        Assert.Single(await fixture.SettledAsync());
    }

    [Fact]
    public async Task A_parameter_that_comes_twice_with_different_values_is_refused()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        using (var same = new FormUrlEncodedContent([new("StoreFile", "true")]))
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf?storefile=true", same)).EnsureSuccessStatusCode();
            Assert.Equal([("storefile", "true")], upstream.Fields);
        }

        using (var list = new FormUrlEncodedContent([new("Tags[]", "a"), new("Tags[]", "b"), new("Tags[]", "a")]))
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", list)).EnsureSuccessStatusCode();
            Assert.Equal([("Tags[]", "a"), ("Tags[]", "b"), ("Tags[]", "a")], upstream.Fields);
        }

        foreach (var (first, second) in new[]
        {
            ("StoreFile=true", "storefile=false"), ("PageRange=1", "pagerange=2"), ("Note=a", "No-te=b"),
        })
        {
            using var body = new StringContent(second, Encoding.UTF8, "application/x-www-form-urlencoded");
            Assert.Equal(
                (HttpStatusCode.BadRequest, 4000),
                await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf?" + first, body)));
        }

        Assert.Equal(2, (await fixture.SettledAsync()).Count);
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
        form.Add(new StringContent("gone"), "Secret");
        form.Add(new StringContent("93.184.216.34/" + new string('é', 100)), "Url");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();

        Assert.Equal(upstream.Body.Length, announced);
        Assert.EndsWith("--", upstream.Body.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(["File", "Url"], upstream.Parts.Select(part => part.Name));
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
