using System.Net;
using System.Text;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Parts of multipart forms, as servers might read them differently.</summary>
public sealed class FormPartTests
{
    private const string Converted = """{"ConversionCost": 1, "Files": []}""";

    [Theory]
    [InlineData("name=\"File\"; filename=\"a.docx\"", "File", "a.docx")]
    [InlineData("name=File; filename=a.docx", "File", "a.docx")]
    [InlineData("NAME=\"File\"; FileName=\"a.docx\"", "File", "a.docx")]
    [InlineData("filename=\"a.docx\"; name=\"File\"", "File", "a.docx")]
    [InlineData("name=\"File\"; filename=\"x;y\\\"z.docx\"", "File", "x,y'z.docx")]
    [InlineData("name=\"File\"; filename=\"C:\\\\dir\\\\a.docx\"", "File", "a.docx")]
    [InlineData("name=\"File\"; filename=\"../../a.docx\"", "File", "a.docx")]
    [InlineData("name=\"File\"; filename=\"b.docx\"; filename*=UTF-8''%C3%A9.docx", "File", "é.docx")]
    [InlineData("name=\"File\"; filename=\"\"", "File", "file")]
    public async Task A_files_name_is_read_in_every_legal_form(string parameters, string name, string fileName)
    {
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            await upstream.ReadAsync(context);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        foreach (var size in (int[])[1, 100_000])
        {
            var content = new string('x', size);
            using var body = Multipart($"Content-Disposition: form-data; {parameters}\r\nContent-Type: text/plain\r\n"
                + $"Content-Transfer-Encoding: Binary\r\n\r\n{content}");

            (await fixture.Client.PostAsync("/convert/docx/to/pdf", body)).EnsureSuccessStatusCode();

            Assert.Equal([(name, fileName, content)], upstream.Files);
        }
    }

    [Theory]
    [InlineData("Content-Disposition: form-data; name=\"File\"; filename=\"a\"\r\nContent-Disposition: form-data; name=\"Async\"")]
    [InlineData("Content-Disposition: form-data; name=\"File\"; name=\"Async\"")]
    [InlineData("Content-Disposition: form-data; name=\"Note\"; name*=UTF-8''Async")]
    [InlineData("Content-Disposition: form-data; name=\"File\"; filename=\"a\"; filename=\"b\"")]
    [InlineData("Content-Disposition: form-data; name=\"File\";\r\n filename=\"a\"")]
    [InlineData("Content-Disposition: attachment; name=\"File\"")]
    [InlineData("Content-Disposition: form-data; name=\"\"")]
    [InlineData("Content-Disposition: form-data; name=\"As ync\"")]
    [InlineData("Content-Disposition: form-data; name=\"x.Async\"")]
    [InlineData("Content-Disposition: form-data; name=\"Async\\\0\"")]
    [InlineData("Content-Disposition: form-data; name=\"Async\"; filename=\"a\"")]
    [InlineData("Content-Disposition: form-data; name=\"Note\"; filename=\"a\"")]
    [InlineData("Content-Disposition : form-data; name=\"Note\"")]
    [InlineData("Content-Disposition: form-data; name=\"File\"; filename=\"a\"\r\nContent-Type: multipart/mixed; boundary=c")]
    [InlineData("Content-Disposition: form-data; name=\"File\"; filename=\"a\"\r\nContent-Transfer-Encoding: base64")]
    [InlineData("Content-Disposition: form-data; name=\"Note\"\r\nContent-Type: text/plain; charset=ebcdic-of-nowhere")]
    [InlineData("Content-Disposition: form-data; name=\"Note\"\r\nContent-Type: text/plain; charset=utf-7")]
    [InlineData("Content-Disposition: form-data; name=\"Note\"\nX: y")]
    public async Task A_part_that_servers_might_read_differently_is_refused(string headers)
    {
        var asked = false;
        await using var upstream = await StandInUpstream.StartAsync(async (upstream, context) =>
        {
            asked = true;
            await upstream.ReadAsync(context);
            await context.Response.WriteAsync(Converted);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var body = Multipart($"{headers}\r\n\r\ntrue");

        Assert.Equal(
            (HttpStatusCode.BadRequest, 4000), await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", body)));
        Assert.False(asked);
        Assert.Empty(await fixture.SettledAsync());
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
    [InlineData("application/json", """{"Parameters": [{"Name": "Note", "name": "Async", "Value": "true"}]}""", 4002)]
    [InlineData("application/json", """{"Parameters": [{"Name": "Note", "Value": "x", "value": "true"}]}""", 4002)]
    [InlineData("application/json", """{"Parameters": [{"Name": "Note", "Value": {"a": 1}}]}""", 4002)]
    [InlineData("application/json", """{"Parameters": [{"Name": "File", "FileValue": {"Id": "x", "Url": "y"}}]}""", 4002)]
    [InlineData("application/json", """{"Parameters": [{"Name": "Note", "FileValue": {"Name": "x", "Data": "YWJj"}}]}""", 4000)]
    [InlineData("application/json", """{"Parameters": [], "Async": true}""", 4002)]
    [InlineData("text/plain", "x", 4001)]
    [InlineData("multipart/mixed; boundary=b", "--b--\r\n", 4001)]
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

    private static ByteArrayContent Multipart(string part)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"--b\r\n{part}\r\n--b--\r\n"));
        body.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        return body;
    }
}
