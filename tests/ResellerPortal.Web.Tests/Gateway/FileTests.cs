using System.Net;
using System.Text;
using System.Text.Json;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Stored files belong to the customer that created them.</summary>
public sealed class FileTests
{
    [Theory]
    [InlineData("raw")]
    [InlineData("multipart")]
    [InlineData("filename")]
    public async Task A_file_is_uploaded_described_converted_downloaded_and_deleted(string form)
    {
        using var fixture = await GatewayFixture.OpenAsync();

        var file = await GatewayFixture.JsonAsync(
            fixture.Client.PostAsync(form == "filename" ? "/upload?filename=later.txt" : "/upload", Upload(form)));
        var id = file.GetProperty("FileId").GetString()!;
        var url = file.GetProperty("Url").GetString()!;

        Assert.Equal(
            ("later.txt", "txt", 6),
            (file.GetProperty("FileName").GetString(), file.GetProperty("FileExt").GetString(), file.GetProperty("FileSize").GetInt32()));
        Assert.Equal("stored", await fixture.Server.Anonymous().GetStringAsync(url));
        Assert.Equal(
            "later.txt", (await GatewayFixture.JsonAsync(fixture.Client.GetAsync($"/d/{id}/info"))).GetProperty("FileName").GetString());
        foreach (var reference in (string[])[id, url])
        {
            using var parameters = new FormUrlEncodedContent([new("File", reference)]);
            var made = await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/convert/txt/to/pdf", parameters));
            Assert.Contains(
                "stored",
                PdfText.Read(made.GetProperty("Files")[0].GetProperty("FileData").GetBytesFromBase64()),
                StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await fixture.Client.DeleteAsync($"/d/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Client.GetAsync($"/d/{id}")).StatusCode);
        Assert.Equal(2, (await fixture.SettledAsync()).Count);
    }

    [Fact]
    public async Task An_upload_may_be_answered_with_the_id_alone_and_needs_a_name()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var asText = fixture.Server.WithToken(fixture.Token.Secret);
        asText.DefaultRequestHeaders.Accept.Clear();
        asText.DefaultRequestHeaders.Accept.ParseAdd("text/plain");

        var id = await (await asText.PostAsync("/upload", Upload("raw"))).Content.ReadAsStringAsync();

        Assert.Equal("stored", await fixture.Client.GetStringAsync($"/d/{id}"));
        Assert.Equal(
            (HttpStatusCode.BadRequest, 4001),
            await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/upload", new ByteArrayContent("x"u8.ToArray()))));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4011),
            await GatewayFixture.RefusalAsync(fixture.Server.WithToken("nobody").PostAsync("/upload", Upload("raw"))));
    }

    [Fact]
    public async Task A_file_uploaded_without_credentials_is_nobodys_until_a_token_converts_it()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var anonymous = fixture.Server.Anonymous();

        // Without an Accept header, as clients in Go and Java upload, the answer is the id alone.
        using var upload = new HttpRequestMessage(HttpMethod.Post, "/upload?filename=later.txt") { Content = Upload("filename") };
        var answer = await anonymous.SendAsync(upload);
        var id = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal((HttpStatusCode.NotFound, 5009), await GatewayFixture.RefusalAsync(anonymous.GetAsync($"/d/{id}")));
        Assert.Equal((HttpStatusCode.NotFound, 5009), await GatewayFixture.RefusalAsync(fixture.Client.GetAsync($"/d/{id}/later.txt")));
        Assert.Equal((HttpStatusCode.NotFound, 5009), await GatewayFixture.RefusalAsync(fixture.Client.GetAsync($"/d/{id}/info")));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4013),
            await GatewayFixture.RefusalAsync(
                anonymous.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("File", id)]))));
        var other = await fixture.Server.Data.IssueAsync(
            fixture.Owner, await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam"));
        foreach (var client in (HttpClient[])[fixture.Client, fixture.Server.WithToken(other.Secret)])
        {
            var made = await GatewayFixture.JsonAsync(
                client.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("File", id)])));
            Assert.Contains(
                "stored",
                PdfText.Read(made.GetProperty("Files")[0].GetProperty("FileData").GetBytesFromBase64()),
                StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await anonymous.DeleteAsync($"/d/{id}")).StatusCode);
        Assert.Equal(2, (await fixture.SettledAsync()).Count);
    }

    [Fact]
    public async Task Uploads_without_credentials_are_limited_until_they_are_converted()
    {
        using var fixture = await GatewayFixture.OpenAsync(
            ("Gateway:AnonymousUploadsPerNetwork", "2"),
            ("Gateway:AnonymousUploadMaxBytes", "1000"),
            ("Gateway:AnonymousUploadBytesPerNetwork", "1500"));
        using var anonymous = fixture.Server.Anonymous();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await UploadAsync(new string('x', 1001))).Status);
        var (_, first) = await UploadAsync(new string('x', 900));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await UploadAsync(new string('x', 900))).Status);
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync("second")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await UploadAsync("third")).Status);
        (await fixture.Client.PostAsync("/upload?filename=a.txt", Upload("filename"))).EnsureSuccessStatusCode();

        // A token that may convert nothing claims nothing.
        var narrow = await fixture.IssueAsync(new TokenRequest("narrow", null, null) { AllowedConverters = ["docx-to-pdf"] });
        using var refused = fixture.Server.WithToken(narrow.Secret);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await refused.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("File", first)]))).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await UploadAsync("third")).Status);

        // Nor does a conversion that the upstream refuses.
        Assert.Equal(
            HttpStatusCode.UnsupportedMediaType,
            (await fixture.Client.PostAsync("/convert/txt/to/webp", new FormUrlEncodedContent([new("File", first)]))).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await UploadAsync("third")).Status);
        (await fixture.Client.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("File", first)]))).EnsureSuccessStatusCode();
        var (stored, third) = await UploadAsync("third");
        Assert.Equal(HttpStatusCode.OK, stored);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await UploadAsync("fourth")).Status);
        Assert.Equal(HttpStatusCode.OK, (await anonymous.DeleteAsync($"/d/{third}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync("third")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await UploadAsync("fourth")).Status);
        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddHours(3));
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync("fourth")).Status);

        async Task<(HttpStatusCode Status, string Body)> UploadAsync(string content)
        {
            using var answer = await anonymous.PostAsync("/upload?filename=a.txt", new StringContent(content));
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_file_that_is_fetched_without_credentials_is_limited_as_well()
    {
        var deleted = 0;
        var size = 10_000L;
        await using var upstream = await StandInUpstream.StartAsync((_, context) =>
        {
            deleted += HttpMethods.IsDelete(context.Request.Method) ? 1 : 0;
            return context.Response.WriteAsync(JsonSerializer.Serialize(new { FileId = Guid.NewGuid().ToString("N"), FileSize = size }));
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(
            ("Gateway:AnonymousUploadMaxBytes", "1000"), ("Gateway:AnonymousUploadBytesPerNetwork", "1500")));
        using var anonymous = fixture.Server.Anonymous();

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await FetchAsync());
        size = 900;
        Assert.Equal(HttpStatusCode.OK, await FetchAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await FetchAsync());
        Assert.Equal(2, deleted);
        size = 600;
        Assert.Equal(HttpStatusCode.OK, await FetchAsync());

        async Task<HttpStatusCode> FetchAsync()
        {
            using var answer = await anonymous.PostAsync("/upload?url=https://93.184.216.34/a.docx", null);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task An_upload_is_written_anew()
    {
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            await upstream.ReadAsync(context);
            await context.Response.WriteAsync(
                JsonSerializer.Serialize(new { FileId = "x", Was = context.Request.Headers.ContentDisposition.ToString() }));
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var raw = new ByteArrayContent("raw"u8.ToArray());
        raw.Headers.TryAddWithoutValidation("Content-Disposition", "inline; filename=\"a;b.docx\"; size=3; x=\"y\"");
        raw.Headers.TryAddWithoutValidation("Content-Type", "text/html");

        var stored = await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/upload?other=1&Token=x", raw));
        Assert.Equal("attachment; filename*=utf-8''a%2Cb.docx", stored.GetProperty("Was").GetString());
        Assert.Equal(("/upload", "raw"), (upstream.PathAndQuery, upstream.Body));

        await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/upload-from-url?url=93.184.216.34/%C3%A4", null));
        Assert.Equal("/upload?url=http%3A%2F%2F93.184.216.34%2F%25C3%25A4", upstream.PathAndQuery);

        var wrong = (HttpStatusCode.BadRequest, 4000);
        Assert.Equal(wrong, await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/upload-from-url", null)));
        Assert.Equal(
            wrong,
            await GatewayFixture.RefusalAsync(
                fixture.Client.PostAsync("/upload?url=http://93.184.216.34/&Url=http://93.184.216.34/b", null)));
        using var two = new MultipartFormDataContent
        {
            { new StringContent("one"), "File", "a" },
            { new StringContent("two"), "File2", "b" },
        };
        Assert.Equal(wrong, await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/upload", two)));
    }

    [Fact]
    public async Task Another_customers_file_is_unknown_in_every_place_where_it_can_be_named()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var other = await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Fabrikam");
        var (_, elsewhere) = await fixture.Server.Data.AddResellerAsync("southwind");
        await fixture.Server.Data.BuyAsync(elsewhere, 100, 10m);
        var strangers = new[]
        {
            await fixture.Server.Data.IssueAsync(fixture.Owner, other),
            await fixture.Server.Data.IssueAsync(elsewhere, await fixture.Server.Data.AddCustomerAsync(elsewhere, "Contoso")),
        };
        var file = await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/upload", Upload("raw")));
        var (id, url) = (file.GetProperty("FileId").GetString()!, file.GetProperty("Url").GetString()!);

        foreach (var stranger in strangers)
        {
            using var client = fixture.Server.WithToken(stranger.Secret);
            foreach (var reference in (string[])[id, url])
            {
                await AssertUnknownAsync(client.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("File", reference)])));
                await AssertUnknownAsync(client.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("Files[0]", reference)])));
                await AssertUnknownAsync(
                    client.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("OverlayFile", reference)])));
                await AssertUnknownAsync(
                    client.PostAsync("/convert/txt/to/pdf", new MultipartFormDataContent { { new StringContent(reference), "File" } }));
                await AssertUnknownAsync(client.GetAsync("/convert/txt/to/pdf?File=" + Uri.EscapeDataString(reference)));
                await AssertUnknownAsync(
                    client.PostAsync("/convert/txt/to/pdf", Json($$"""{"Parameters":[{"Name":"File","Value":"{{reference}}"}]}""")));
                await AssertUnknownAsync(client.PostAsync(
                    "/convert/txt/to/pdf", Json($$"""{"Parameters":[{"Name":"Files","FileValues":[{"Id":"{{reference}}"}]}]}""")));
            }

            await AssertUnknownAsync(client.GetAsync($"/d/{id}"));
            await AssertUnknownAsync(client.GetAsync($"/d/{id}/info"));
            await AssertUnknownAsync(client.DeleteAsync($"/d/{id}"));
        }

        Assert.Empty(await fixture.SettledAsync());
        Assert.Equal("stored", await fixture.Client.GetStringAsync($"/d/{id}"));

        async Task AssertUnknownAsync(Task<HttpResponseMessage> asked) =>
            Assert.Equal((HttpStatusCode.NotFound, 5009), await GatewayFixture.RefusalAsync(asked));
    }

    [Fact]
    public async Task Ids_of_the_upstream_itself_changed_ids_and_ids_of_files_that_are_gone_are_unknown()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var id = (await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/upload", Upload("raw")))).GetProperty("FileId").GetString()!;
        var changed = id[..^2] + (id[^2] == 'A' ? "B" : "A") + id[^1];

        foreach (var unknown in (string[])["0ba132ddd698aaeafcf19ec0015e10e0", changed, "CfDJ8", "CfDJ8" + new string('x', 200)])
        {
            Assert.Equal(
                (HttpStatusCode.NotFound, 5009),
                await GatewayFixture.RefusalAsync(
                    fixture.Client.PostAsync("/convert/txt/to/pdf", new FormUrlEncodedContent([new("File", unknown)]))));
            Assert.Equal((HttpStatusCode.NotFound, 5009), await GatewayFixture.RefusalAsync(fixture.Client.GetAsync($"/d/{unknown}")));
        }

        fixture.Server.Clock.MoveTo(fixture.Server.Clock.GetUtcNow().AddHours(3));
        Assert.Equal((HttpStatusCode.NotFound, 5009), await GatewayFixture.RefusalAsync(fixture.Client.GetAsync($"/d/{id}")));
        Assert.Empty(await fixture.SettledAsync());
    }

    [Fact]
    public async Task Uploads_keep_a_tokens_terms()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var elsewhere = await fixture.IssueAsync(new TokenRequest("office", null, null) { AllowedNetworks = ["203.0.113.0/24"] });
        await fixture.Server.Data.Tokens.RevokeAsync(fixture.Owner, fixture.Token.Token.Id);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/upload", Upload("raw"))));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4015),
            await GatewayFixture.RefusalAsync(fixture.Server.WithToken(elsewhere.Secret).PostAsync("/upload", Upload("raw"))));
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static HttpContent Upload(string form)
    {
        var content = new ByteArrayContent("stored"u8.ToArray());
        switch (form)
        {
            case "multipart":
                return new MultipartFormDataContent { { content, "File", "later.txt" } };
            case "raw":
                content.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; filename*=UTF-8''later.txt");
                break;
        }

        return content;
    }
}
