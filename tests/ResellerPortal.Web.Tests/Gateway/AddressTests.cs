using System.Net;
using System.Text;
using System.Text.Json;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Addresses and ids that callers name, as the upstream receives them.</summary>
public sealed class AddressTests
{
    private const string Converted = """{"ConversionCost": 1, "Files": []}""";

    [Fact]
    public async Task Addresses_are_written_in_one_way()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        foreach (var (sent, written) in new[]
        {
            ("https://93.184.216.34/a.docx", "https://93.184.216.34/a.docx"), ("93.184.216.34/a.docx", "http://93.184.216.34/a.docx"),
            ("//93.184.216.34/a.docx", "http://93.184.216.34/a.docx"),
            ("HTTPS://93.184.216.34:443/ä b", "https://93.184.216.34/%C3%A4%20b"),
            ("http://1572395042/a#part", "http://93.184.216.34/a"),
        })
        {
            using var form = new FormUrlEncodedContent([new("File", sent), new("Url", sent)]);
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();
            Assert.Equal([("File", written), ("Url", written)], upstream.Fields);
        }
    }

    [Fact]
    public async Task Only_values_of_file_parameters_are_taken_for_files()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        (string, string)[] texts =
        [
            ("UserPassword", "0ba132ddd698aaeafcf19ec0015e10e0"), ("OwnerPassword", "CfDJ8abcdefgh"), ("Text", "http://127.0.0.1/"),
            ("ColorProfile", "isocoatedv2"), ("ConvertAttachedFiles", "true"), ("OutputProfile", "ISO Coated v2"),
            ("ProofProfile", "sRGB IEC61966-2.1"), ("CmykProfile", "pdfa-1b"),
        ];
        using var form = new FormUrlEncodedContent(texts.Select(text => KeyValuePair.Create(text.Item1, text.Item2)));

        (await fixture.Client.PostAsync("/convert/pdf/to/protect", form)).EnsureSuccessStatusCode();

        Assert.Equal(texts, upstream.Fields);
        foreach (var (name, value) in new[]
        {
            ("ColorProfile", "localhost"), ("OverlayFile", "0ba132ddd698aaeafcf19ec0015e10e0"), ("ColorProfile", "a b.example"),
            ("File2", "http://127.0.0.1/a"), ("Url2", "http://127.0.0.1/"), ("SourceUrl1", "http://127.0.0.1/"),
            ("FileUri", "http://127.0.0.1/"), ("base_uri", "http://127.0.0.1/"), ("PageRange[]", "1-1000"), ("PageRange[0]", "1-1000"),
        })
        {
            using var body = new FormUrlEncodedContent([new(name, value)]);
            Assert.NotEqual(HttpStatusCode.OK, (await fixture.Client.PostAsync("/convert/pdf/to/protect", body)).StatusCode);
        }

        foreach (var nothing in (string[])["hello", "data:text/plain,hello", "ftp://93.184.216.34/a.docx", "file:///etc/passwd"])
        {
            using var body = new FormUrlEncodedContent([new("File", nothing)]);
            Assert.NotEqual(HttpStatusCode.OK, (await fixture.Client.PostAsync("/convert/docx/to/pdf", body)).StatusCode);
        }

        Assert.Single(await fixture.SettledAsync());
    }

    [Fact]
    public async Task Signed_addresses_may_be_long_and_the_limit_is_said()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, Converted);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var address = "https://93.184.216.34/a.docx?X-Amz-Security-Token=" + new string('a', 5_000);
        using (var form = new FormUrlEncodedContent([new("File", address)]))
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();
        }

        Assert.Equal([("File", address)], upstream.Fields);
        using var tooLong = new FormUrlEncodedContent([new("File", address + new string('a', 3_000))]);
        using var refused = await fixture.Client.PostAsync("/convert/docx/to/pdf", tooLong);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("longer than 8,000 characters", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
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
    [InlineData("http://[::127.0.0.1]/a.docx")]
    [InlineData("http://[64:ff9b::10.0.0.1]/a.docx")]
    [InlineData("http://[2002:7f00:1::]/a.docx")]
    [InlineData("http://[2606:4700::5efe:10.0.0.1]/a.docx")]
    [InlineData("http://[fec0::1]/a.docx")]
    [InlineData("127.0.0.1/a.docx")]
    [InlineData("//localhost/a.docx")]
    [InlineData("localhost./a.docx")]
    [InlineData("http:\\\\127.0.0.1\\a.docx")]
    [InlineData("http://93.184.216.34\\@127.0.0.1@/a.docx")]
    public async Task An_address_inside_a_private_network_goes_nowhere(string address)
    {
        var asked = false;
        await using var upstream = await StandInUpstream.StartAsync((_, context) =>
        {
            // Background work may read the account meanwhile.
            asked |= !HttpMethods.IsGet(context.Request.Method);
            return Task.CompletedTask;
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var form = new FormUrlEncodedContent([new("File", address)]);
        using var json = new StringContent(
            $$"""{"Parameters":[{"Name":"Files","FileValues":[{"Url":{{JsonSerializer.Serialize(address)}}}]}]}""",
            Encoding.UTF8,
            "application/json");
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
}
