using System.Net;
using System.Text;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Parameters in JSON, as the upstream receives them.</summary>
public sealed class JsonFormTests
{
    private const string Converted = """{"ConversionCost": 1, "Files": []}""";

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

        Assert.Equal([("Html", new string('<', 9000) + " \\ \" end"), ("StoreFile", "true")], upstream.Fields);
        Assert.Equal([("File", "a 'quoted' é.docx", new string('d', size))], upstream.Files);
    }

    [Fact]
    public async Task Json_of_many_small_files_arrives_as_well_and_may_begin_with_a_byte_order_mark()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var files = Enumerable.Range(0, 300).Select(i => (Name: $"{i}.png", Content: new string((char)('a' + (i % 26)), 6_000))).ToList();
        var values = files.Select(
            f => $$"""{"Name": "{{f.Name}}", "Data": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes(f.Content))}}"}""");
        byte[] sent =
        [
            .. Encoding.UTF8.Preamble,
            .. Encoding.UTF8.GetBytes($$"""{"Parameters": [{"Name": "Files", "FileValues": [{{string.Join(',', values)}}]}]}"""),
        ];
        using var body = new ByteArrayContent(sent) { Headers = { ContentType = new("application/json") } };

        (await fixture.Client.PostAsync("/convert/png/to/pdf", body)).EnsureSuccessStatusCode();

        Assert.Equal(files, upstream.Files.Select(f => (f.FileName, f.Content)));
    }

    [Fact]
    public async Task Json_is_read_with_names_in_any_case_lists_and_references()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var body = new StringContent(
            """
            {"parameters": [
              {"name": "Files", "fileValues": [
                {"Url": "https://93.184.216.34/a.docx"}, {"name": "b.docx", "data": "YWJj"}, {"Name": "c.docx", "Data": "ZGVm"}
              ]},
              {"Name": "Tags", "Value": ["x", 2, true]},
              {"Name": "Nothing", "Value": null},
              {"NAME": "Async", "VALUE": false}
            ]}
            """,
            Encoding.UTF8,
            "application/json");

        (await fixture.Client.PostAsync("/convert/docx/to/pdf", body)).EnsureSuccessStatusCode();

        Assert.Equal(
            [("Files[0]", "https://93.184.216.34/a.docx"), ("Tags[0]", "x"), ("Tags[1]", "2"), ("Tags[2]", "true")], upstream.Fields);
        Assert.Equal([("Files[1]", "b.docx", "abc"), ("Files[2]", "c.docx", "def")], upstream.Files);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(50_000)]
    public async Task Base64_in_json_may_be_escaped_and_broken_into_lines(int size)
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var text = string.Concat(Enumerable.Repeat("ü?>~", size));
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks)
            .Replace("\r\n", "\\r\\n", StringComparison.Ordinal)
            .Replace("/", "\\/", StringComparison.Ordinal)
            .Replace("+", "\\u002B", StringComparison.Ordinal)
            .Replace("=", "\\u003d", StringComparison.Ordinal);
        using var body = new StringContent(
            $$$"""{"Parameters": [{"Name": "File", "FileValue": {"Name": "a.txt", "Data": "{{{data}}}"}}]}""",
            Encoding.UTF8,
            "application/json");

        (await fixture.Client.PostAsync("/convert/txt/to/pdf", body)).EnsureSuccessStatusCode();

        Assert.Equal([("File", "a.txt", text)], upstream.Files);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100_000)]
    public async Task What_is_not_base64_is_refused_and_not_charged(int size)
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var body = new StringContent(
            $$$"""{"Parameters": [{"Name": "File", "FileValue": {"Name": "a", "Data": "{{{new string('!', size)}}}"}}]}""",
            Encoding.UTF8,
            "application/json");

        Assert.Equal(
            (HttpStatusCode.BadRequest, 4005), await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/txt/to/pdf", body)));
        Assert.Empty(await fixture.SettledAsync());
    }
}
