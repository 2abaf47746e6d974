using System.Net;
using System.Net.Sockets;
using System.Text;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>Limits hold whatever a request costs, and nobody's slow or half-sent request holds what others need.</summary>
public sealed class CostLimitTests
{
    private const string Job = """{"JobId": "0123456789abcdef0123456789abcdef"}""";

    [Theory]
    [InlineData(10)]
    [InlineData(2_000)]
    public async Task A_limit_of_a_hundred_holds_for_requests_of_sixty_files(int size)
    {
        await using var upstream = await StandInUpstream.StartAsync(ChargePerFileAsync);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var client = fixture.Server.WithToken((await fixture.IssueAsync(new TokenRequest("limited", 100, null))).Secret);
        await StateAsync(fixture, new StatedCost(1));

        // Sixty files of 2 kB make a form that is streamed: how many files it has is found out while it is sent, and those that hold some
        // of the hundred may keep each other from the rest.
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PostAsync("/convert/docx/to/pdf", Files(60, size))));

        var converted = answers.Count(answer => answer.IsSuccessStatusCode);
        Assert.InRange(converted, size > 1000 ? 0 : 1, 1);
        foreach (var refused in answers.Where(answer => !answer.IsSuccessStatusCode))
        {
            // Those that came while others held the limit are told to retry.
            Assert.Contains(
                await GatewayFixture.RefusalAsync(Task.FromResult(refused)),
                new List<(HttpStatusCode, int)> { (HttpStatusCode.Unauthorized, 4014), (HttpStatusCode.ServiceUnavailable, 5030) });
        }

        var entries = await fixture.SettledAsync();
        Assert.Equal(Enumerable.Repeat((60L, EntryFlags.None), converted), entries.Select(e => (e.Quantity, e.Flags)));
        if (converted == 0)
        {
            (await client.PostAsync("/convert/docx/to/pdf", Files(60, size))).EnsureSuccessStatusCode();
        }

        (await client.PostAsync("/convert/docx/to/pdf", Files(40, size))).EnsureSuccessStatusCode();
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4014),
            await GatewayFixture.RefusalAsync(client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())));
        Assert.Equal(
            (HttpStatusCode.Unauthorized, 4014),
            await GatewayFixture.RefusalAsync(client.PostAsync("/upload?filename=a.txt", new StringContent("x"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_known_only_at_the_end_of_a_form_is_held_before_it_is_converted(bool isPages)
    {
        await using var upstream = await StandInUpstream.StartAsync(ChargePerFileAsync);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var client = fixture.Server.WithToken((await fixture.IssueAsync(new TokenRequest("limited", 5, null))).Secret);
        await StateAsync(fixture, new StatedCost(1, PagesPerConversion: 10, MegabytesPerConversion: 1));

        foreach (var (isTooMuch, status) in new[] { (true, HttpStatusCode.Unauthorized), (false, HttpStatusCode.OK) })
        {
            var content = new byte[isPages ? 100_000 : isTooMuch ? 6_000_000 : 3_000_000];
            using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "File", "a.docx" } };
            form.Add(new StringContent(isPages && isTooMuch ? "1-60" : "1-20"), "PageRange");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/convert/docx/to/pdf") { Content = form };
            request.Headers.TransferEncodingChunked = !isPages;
            using var answer = await client.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }

        Assert.Equal([1L], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Fact]
    public async Task Hundreds_of_files_in_one_form_are_passed_on()
    {
        await using var upstream = await StandInUpstream.StartAsync(ChargePerFileAsync);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        (await fixture.Client.PostAsync("/convert/jpg/to/pdf", Files(400, 1_000))).EnsureSuccessStatusCode();

        Assert.Equal([400L], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Fact]
    public async Task A_refusal_says_what_is_left_and_what_the_request_may_cost()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var client = fixture.Server.WithToken((await fixture.IssueAsync(new TokenRequest("limited", 40, null))).Secret);

        using var refused = await client.PostAsync("/convert/txt/to/pdf", Files(60, 10));

        Assert.Contains(
            "it has 40 of 40 conversions left, and this request may cost up to 60", await refused.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_and_ids_count_as_files_in_every_form()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, """{"ConversionCost": 1, "Files": []}""");
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var client = fixture.Server.WithToken((await fixture.IssueAsync(new TokenRequest("limited", 2, null))).Secret);
        const string Address = "https://93.184.216.34/a.docx";
        HttpContent[] bodies =
        [
            new FormUrlEncodedContent([new("Files[0]", Address), new("Files[1]", Address), new("Files[2]", Address)]),
            new StringContent(
                $$"""
                {"Parameters":[{"Name":"Files","FileValues":[
                  {"Url":"{{Address}}"},{"Url":"{{Address}}"},{"Name":"a","Data":"YQ=="}]}]}
                """,
                Encoding.UTF8,
                "application/json"),
            Files(3, 1),
        ];
        foreach (var body in bodies)
        {
            Assert.Equal(
                (HttpStatusCode.Unauthorized, 4014), await GatewayFixture.RefusalAsync(client.PostAsync("/convert/docx/to/pdf", body)));
        }

        Assert.Empty(await fixture.SettledAsync());
        Assert.Equal("", upstream.PathAndQuery);
    }

    [Fact]
    public async Task A_job_that_nobody_asked_for_is_settled_at_what_it_cost()
    {
        var asked = 0;
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            var isConversion = context.Request.Method == "POST";
            context.Response.StatusCode = !isConversion && Interlocked.Increment(ref asked) == 1 ? 202 : 200;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(isConversion ? Job : """{"ConversionCost": 777, "Files": []}""");
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        var answer = await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form()));

        Assert.Equal(777, answer.GetProperty("ConversionCost").GetInt32());
        Assert.Equal([777L], (await fixture.SettledAsync()).Select(e => e.Quantity));
        Assert.Equal("/async/job/0123456789abcdef0123456789abcdef", upstream.PathAndQuery);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(200_000)]
    public async Task A_body_that_is_sent_too_slowly_is_given_up_and_holds_nothing(int length)
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, """{"ConversionCost": 1, "Files": []}""");
        using var fixture = await GatewayFixture.OpenAsync(
            upstream.Settings(("Gateway:SlowestBodyBytesPerSecond", "100000"), ("Gateway:SlowBodyGrace", "00:00:02")));

        using var socket = await BeginUploadAsync(fixture, fixture.Token.Secret, length);
        if (length < 64_000)
        {
            // Its end has not come, so nothing is held.
            Assert.Equal(0, await fixture.HeldAsync());
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var answer = await new StreamReader(socket.GetStream()).ReadToEndAsync(patience.Token);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("sent too slowly", answer, StringComparison.Ordinal);
        Assert.Empty(await fixture.SettledAsync());
    }

    [Fact]
    public async Task What_is_half_sent_is_not_charged_and_does_not_stop_a_neighbour()
    {
        await using var upstream = await StandInUpstream.StartAsync(ChargePerFileAsync);
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("Gateway:ConcurrencyPerCustomer", "3")));
        var neighbour = await fixture.Server.Data.IssueAsync(
            fixture.Owner, await fixture.Server.Data.AddCustomerAsync(fixture.Owner, "Blue"));
        var open = new List<TcpClient>();
        for (var i = 0; i < 3; i++)
        {
            open.Add(await BeginUploadAsync(fixture, fixture.Token.Secret, 5_000_000));
        }

        await Eventually.TrueAsync(async () => await fixture.HeldAsync() == 3, "three uploads hold a conversion each");
        using var busy = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
        Assert.Contains("share", await busy.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var other = fixture.Server.WithToken(neighbour.Secret);
        (await other.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).EnsureSuccessStatusCode();
        open.ForEach(socket => socket.Dispose());

        Assert.Equal([1L], (await fixture.SettledAsync()).Select(e => e.Quantity));
    }

    [Fact]
    public async Task A_named_converter_must_be_allowed_by_its_name()
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, """{"ConversionCost": 1, "Files": []}""");
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        var token = await fixture.IssueAsync(new TokenRequest("narrow", null, null)
        {
            AllowedConverters = ["docx-to-pdf", "pdf-to-delete-pages", "docx-to-pdf/openoffice"],
        });
        using var client = fixture.Server.WithToken(token.Secret);

        foreach (var (path, status) in new[]
        {
            ("/convert/docx/to/pdf", HttpStatusCode.OK), ("/convert/pdf/to/delete-pages", HttpStatusCode.OK),
            ("/convert/docx/to/pdf/converter/openoffice", HttpStatusCode.OK),
            ("/CONVERT/Docx/TO/PDF/Converter/OpenOffice", HttpStatusCode.OK),
            ("/convert/docx/to/pdf/converter/word", HttpStatusCode.Unauthorized), ("/convert/pdf/to/split", HttpStatusCode.Unauthorized),
            ("/async/convert/docx/to/pdf/converter/word", HttpStatusCode.Unauthorized),
        })
        {
            using var answer = await client.PostAsync(path, GatewayFixture.Form());
            Assert.Equal((path, status), (path, answer.StatusCode));
        }

        Assert.Equal(
            ["docx-to-pdf", "pdf-to-delete-pages", "docx-to-pdf/openoffice", "docx-to-pdf/openoffice"],
            (await fixture.SettledAsync()).Select(e => e.Converter));
    }

    /// <summary>Charges one conversion for each file of the form.</summary>
    private static async Task ChargePerFileAsync(StandInUpstream upstream, HttpContext context)
    {
        var files = (await context.Request.ReadFormAsync()).Files.Count;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($$"""{"ConversionCost": {{files}}, "Files": []}""");
    }

    private static Task<ConverterCost> StateAsync(GatewayFixture fixture, StatedCost cost) =>
        TestData.Valued(new ConverterCostService(fixture.Server.Data.Database, fixture.Server.Clock).SetAsync(
            TestData.Operator, "docx-to-pdf", cost));

    private static MultipartFormDataContent Files(int count, int size)
    {
        var form = new MultipartFormDataContent();
        for (var i = 0; i < count; i++)
        {
            form.Add(new ByteArrayContent(new byte[size]), $"Files[{i}]", $"{i}.docx");
        }

        return form;
    }

    /// <summary>Announces a form and sends the beginning of its file.</summary>
    private static async Task<TcpClient> BeginUploadAsync(GatewayFixture fixture, string secret, int length)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(fixture.Server.Address.Host, fixture.Server.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /convert/docx/to/pdf HTTP/1.1\r\nHost: portal\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n"
            + $"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n--b\r\n"
            + "Content-Disposition: form-data; name=\"File\"; filename=\"a.docx\"\r\n\r\nbeginning"));
        return socket;
    }
}
