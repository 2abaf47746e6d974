using System.IO.Compression;
using System.Net;
using System.Text;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Bodies that are small on the wire and would be large, deep or ambiguous once they are read.</summary>
public sealed class BodyBombTests
{
    private const string Parameters = """{"Parameters":[{"Name":"File","Value":"https://files.example/a.docx"}]}""";

    private static readonly (HttpStatusCode, int) Unreadable = (HttpStatusCode.BadRequest, 4000);

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_compressed_body_is_not_inflated(string encoding)
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var bomb = Compress(encoding, Encoding.ASCII.GetBytes("{\"ExpiresInSec\": 60" + new string(' ', 30 << 20) + "}"));
        var small = Compress(encoding, "{\"ExpiresInSec\": 60}"u8.ToArray());
        var conversion = Compress(encoding, Encoding.ASCII.GetBytes(Parameters));
        Assert.True(bomb.Length < 64 << 10);

        // Inflated, both would be requests for a token.
        Assert.Equal(Unreadable, await PostAsync("/token/jwt", bomb));
        Assert.Equal(Unreadable, await PostAsync("/token/jwt", small));
        foreach (var path in (string[])["/convert/docx/to/pdf", "/async/convert/docx/to/pdf", "/upload?filename=a.docx"])
        {
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync(path, conversion)).Status);
        }

        Assert.Empty(await fixture.SettledAsync());

        Task<(HttpStatusCode Status, int Code)> PostAsync(string path, byte[] body)
        {
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            content.Headers.ContentEncoding.Add(encoding);
            return GatewayFixture.RefusalAsync(fixture.Client.PostAsync(path, content));
        }
    }

    [Fact]
    public async Task Json_that_is_nested_ten_thousand_deep_is_refused()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        var master = await fixture.IssueAsync(new TokenRequest("account", null, null) { IsMaster = true });
        using var account = fixture.Server.WithToken(master.Secret);
        string[] bodies =
        [
            new('[', 10_000), Nest("[", "]"), Nest("{\"a\":", "}"), $"{{\"ExpiresInSec\":{Nest("[", "]")}}}", $"{{\"x\":{Nest("[", "]")}}}",
            $"{{\"Parameters\":[{{\"Name\":\"x\",\"Value\":{Nest("[", "]")}}}]}}", $"{{\"Parameters\":{Nest("[", "]")}}}",
        ];
        foreach (var body in bodies)
        {
            Assert.Equal(Unreadable, await PostAsync(fixture.Client, "/token/jwt", body));
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(fixture.Client, "/convert/docx/to/pdf", body)).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(fixture.Client, "/async/convert/docx/to/pdf", body)).Status);

            // Tokens are asked for by forms and queries; JSON is not read.
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(account, "/token/create", body)).Status);
        }

        Assert.Empty(await fixture.SettledAsync());
    }

    [Theory]
    [InlineData("""{"ExpiresInSec": 60, "ExpiresInSec": 86400}""")]
    [InlineData("""{"ClientIp": "203.0.113.7", "ClientIp": "127.0.0.1"}""")]
    [InlineData("""{"ClientIp": "203.0.113.7", "\u0043lientIp": ""}""")]
    [InlineData("""{"Kid": "x", "Kid": ""}""")]
    [InlineData("""{"Other": 1, "Other": 2}""")]
    [InlineData("""{"Other": {"a": 1, "a": 2}}""")]
    public async Task A_name_that_comes_twice_is_refused_when_a_token_is_signed(string body)
    {
        using var fixture = await GatewayFixture.OpenAsync();

        Assert.Equal(Unreadable, await PostAsync(fixture.Client, "/token/jwt", body));
        Assert.Equal((HttpStatusCode.OK, 0), await PostAsync(fixture.Client, "/token/jwt", """{"ExpiresInSec": 60, "Other": 1}"""));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("{\"ExpiresInSec\": 1e400}")]
    [InlineData("{\"ExpiresInSec\": 9223372036854775808}")]
    [InlineData("{\"ClientIp\": \"\\ud800\"}")]
    [InlineData("{\"Kid\": \"\\udc00x\"}")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{\"ExpiresInSec\": 60} {}")]
    public async Task What_asks_for_no_signed_token_is_refused_and_not_a_fault(string body)
    {
        using var fixture = await GatewayFixture.OpenAsync();

        Assert.Equal(Unreadable, await PostAsync(fixture.Client, "/token/jwt", body));
    }

    [Theory]
    [InlineData("""{"Parameters":[{"Name":"\ud800","Value":"x"}]}""")]
    [InlineData("""{"Parameters":[{"Name":"File","Value":"\udc00"}]}""")]
    [InlineData("""{"Parameters":[{"Name":"File","FileValue":{"Id":"\ud800"}}]}""")]
    [InlineData("""{"\ud800":1,"Parameters":[]}""")]
    [InlineData("""{"Parameters":[{"\ud800":1,"Name":"x","Value":"y"}]}""")]
    [InlineData("""{"Parameters":[{"Name":"x","Name":"y","Value":"z"}]}""")]
    public async Task Texts_of_a_conversion_that_are_none_are_refused_and_not_a_fault(string body)
    {
        using var fixture = await GatewayFixture.OpenAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(fixture.Client, "/convert/docx/to/pdf", body)).Status);
        Assert.Empty(await fixture.SettledAsync());
    }

    [Fact]
    public async Task Json_that_is_no_UTF_8_is_refused_and_not_a_fault()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        foreach (var (path, json) in new[]
        {
            ("/convert/docx/to/pdf", "{\"Parameters\":[{\"Name\":\"F\u00ff\",\"Value\":\"\u00ff\"}]}"),
            ("/token/jwt", "{\"Kid\":\"\u00ff\"}"),
        })
        {
            using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(json));
            content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            Assert.Equal(HttpStatusCode.BadRequest, (await GatewayFixture.RefusalAsync(fixture.Client.PostAsync(path, content))).Status);
        }
    }

    private static string Nest(string open, string close) =>
        string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));

    private static async Task<(HttpStatusCode Status, int Code)> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await GatewayFixture.RefusalAsync(client.PostAsync(path, content));
    }

    private static byte[] Compress(string encoding, byte[] content)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal),
            _ => new BrotliStream(packed, CompressionLevel.Optimal),
        })
        {
            packer.Write(content);
        }

        return packed.ToArray();
    }
}
