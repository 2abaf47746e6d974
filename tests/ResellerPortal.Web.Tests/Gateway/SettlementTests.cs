using System.Net;
using System.Text;
using CsCheck;
using ResellerPortal.Core.Metering;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

/// <summary>One test per row of the settlement table, and one for arbitrary sequences.</summary>
public class SettlementTests
{
    private const string Small = """{"ConversionCost": 3, "Files": [{"FileName": "a.pdf", "FileData": "QQ=="}]}""";

    [Fact]
    public async Task A_caller_who_leaves_before_the_answer_is_charged_what_it_cost()
    {
        var isAsked = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            isAsked.SetResult();
            await mayAnswer.Task;
            await WriteJsonAsync(context, Small);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var leaving = new CancellationTokenSource();

        var sending = fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form(), leaving.Token);
        await isAsked.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        mayAnswer.SetResult();

        Assert.Equal([(3L, EntryFlags.None)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
    }

    [Theory]
    [InlineData("application/octet-stream", "ConversionCost", "4", 4, EntryFlags.None)]
    [InlineData("application/pdf", "X-Conversion-Cost", "2", 2, EntryFlags.None)]
    [InlineData("application/octet-stream", null, null, 1, EntryFlags.Unconfirmed)]
    [InlineData("application/octet-stream", "ConversionCost", "many", 1, EntryFlags.Unconfirmed)]
    public async Task A_file_that_is_the_whole_answer_is_passed_on_with_its_cost_from_the_header(
        string type,
        string? header,
        string? value,
        long quantity,
        EntryFlags flags)
    {
        var content = new byte[300_000];
        Random.Shared.NextBytes(content);
        var accepted = "";
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            accepted = context.Request.Headers.Accept.ToString();
            context.Response.ContentType = type;
            context.Response.Headers.ContentDisposition = "attachment; filename=\"a.pdf\"";
            if (header is not null)
            {
                context.Response.Headers[header] = value;
            }

            await context.Response.Body.WriteAsync(content);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        fixture.Client.DefaultRequestHeaders.Accept.Clear();
        fixture.Client.DefaultRequestHeaders.Accept.ParseAdd("application/octet-stream");

        using var answer = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());

        Assert.Equal("application/octet-stream", accepted);
        Assert.Equal(content, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("a.pdf", answer.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.Equal([(quantity, flags)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
    }

    [Theory]
    [InlineData("""{"ConversionCost":5,"Files":[{"FileName":"a.pdf","FileData":""", "}]}", 5, EntryFlags.None)]
    [InlineData("""{"Files":[{"FileName":"a.pdf","FileData":""", """}],"ConversionCost":6}""", 6, EntryFlags.None)]
    [InlineData("""{"Files":[{"FileName":"a.pdf","FileData":""", """}]}""", 1, EntryFlags.Unconfirmed)]
    [InlineData(
        """{"Files":[{"FileName":"\"ConversionCost\":9","FileData":""", ""","Note":"\"ConversionCost\":9"}]}""", 1, EntryFlags.Unconfirmed)]
    public async Task A_large_answer_is_passed_on_as_it_comes_and_its_cost_is_found(
        string head,
        string tail,
        long quantity,
        EntryFlags flags)
    {
        var data = "\"" + Convert.ToBase64String(new byte[2_000_000]) + "\"";
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            await WriteJsonAsync(context, head + data + tail);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        using var answer = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());

        Assert.Equal(head + data + tail, await answer.Content.ReadAsStringAsync());
        Assert.Equal([(quantity, flags)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
    }

    [Theory]
    [InlineData("""{"ConversionCost":5,"Files":[{"FileData":""", 5, EntryFlags.None)]
    [InlineData("""{"Files":[{"FileData":""", 1, EntryFlags.Unconfirmed)]
    public async Task An_answer_that_is_cut_off_breaks_off_for_the_caller_too(string head, long quantity, EntryFlags flags)
    {
        // Only after the caller has received the beginning, since a cut discards data in transit.
        var mayCut = new TaskCompletionSource();
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(head + "\"" + new string('A', 600_000));
            await context.Response.Body.FlushAsync();
            await mayCut.Task;
            context.Abort();
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/convert/docx/to/pdf") { Content = GatewayFixture.Form() };

        using var answer = await fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        mayCut.SetResult();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());

        Assert.Equal([(quantity, flags)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1000001")]
    [InlineData("\"3\"")]
    [InlineData("2.5")]
    public async Task An_impossible_cost_needs_review(string cost)
    {
        await using var upstream = await StandInUpstream.StartAsync(HttpStatusCode.OK, $$"""{"ConversionCost": {{cost}}, "Files": []}""");
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        using var answer = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([(1L, EntryFlags.Unconfirmed)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
    }

    [Fact]
    public async Task An_upstream_that_does_not_answer_in_time_may_have_charged()
    {
        await using var upstream = await StandInUpstream.StartAsync(
            async (_, context) => await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }));
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("ConvertApi:Timeout", "00:00:01")));

        Assert.Equal(
            (HttpStatusCode.InternalServerError, 5000),
            await GatewayFixture.RefusalAsync(fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())));

        Assert.Equal([(1L, EntryFlags.Unconfirmed)], (await fixture.SettledAsync()).Select(e => (e.Quantity, e.Flags)));
    }

    [Fact]
    public async Task A_caller_who_disconnects_while_sending_is_not_charged()
    {
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            await WriteJsonAsync(context, Small);
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(600));
        using var endless = new StreamContent(new EndlessStream());

        await Assert.ThrowsAnyAsync<Exception>(() => fixture.Client.PostAsync(
            "/convert/docx/to/pdf", new MultipartFormDataContent { { endless, "File", "a.docx" } }, leaving.Token));

        Assert.Empty(await fixture.SettledAsync());
    }

    [Fact]
    public async Task An_unhealthy_upstream_is_paused_and_no_credits_are_reserved()
    {
        var asked = 0;
        await using var upstream = await StandInUpstream.StartAsync((_, context) =>
        {
            Interlocked.Increment(ref asked);
            context.Abort();
            return Task.CompletedTask;
        });
        using var fixture = await GatewayFixture.OpenAsync(upstream.Settings());

        for (var i = 0; i < 30; i++)
        {
            (await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).Dispose();
        }

        using var last = await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, last.StatusCode);
        Assert.NotNull(last.Headers.RetryAfter);
        Assert.InRange(asked, 20, 25);
        Assert.Equal(asked, (await fixture.SettledAsync()).Count(e => e.Flags == EntryFlags.Unconfirmed));
    }

    /// <summary>The behaviour of the stand-in; the value is the charged conversions.</summary>
    public enum UpstreamBehaviour
    {
        Converts,
        ConvertsSilently,
        ConvertsLarge,
        Fails,
        RefusesAccount,
        IsBusy,
        AnswersGarbage,
        CutsBeforeAnswer,
        CutsInAnswer,
        IsTooSlow,
    }

    [Fact]
    public async Task For_any_sequence_of_answers_the_ledger_equals_what_was_charged_or_says_Unconfirmed()
    {
        var charged = new System.Collections.Concurrent.ConcurrentQueue<(UpstreamBehaviour Deed, long Charged)>();
        var script = new System.Collections.Concurrent.ConcurrentQueue<(UpstreamBehaviour Deed, long Cost)>();
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            await stand.ReadAsync(context);
            Assert.True(script.TryDequeue(out var next));
            charged.Enqueue(
                (
                    next.Deed,
                    next.Deed is UpstreamBehaviour.Fails or UpstreamBehaviour.RefusesAccount or UpstreamBehaviour.IsBusy ? 0 : next.Cost));
            await DoAsync(context, next.Deed, next.Cost);
        });

        await Gen.Select(Gen.Enum<UpstreamBehaviour>(), Gen.Long[1, 9]).List[1, 8].SampleAsync(
            async deeds =>
            {
                using var fixture = await GatewayFixture.OpenAsync(upstream.Settings(("ConvertApi:Timeout", "00:00:02")));
                charged.Clear();
                foreach (var behaviour in deeds)
                {
                    script.Enqueue(behaviour);
                    try
                    {
                        (await fixture.Client.PostAsync("/convert/docx/to/pdf", GatewayFixture.Form())).Dispose();
                    }
                    catch (HttpRequestException)
                    {
                        // Aborted: the broken connection signals the failure.
                    }

                    await fixture.SettledAsync();
                }

                var entries = new Queue<LedgerEntry>(await fixture.EntriesAsync());
                foreach (var (behaviour, cost) in charged)
                {
                    if (cost > 0)
                    {
                        var entry = entries.Dequeue();
                        Assert.True(
                            entry.Quantity == cost || entry.Flags.HasFlag(EntryFlags.Unconfirmed),
                            $"{behaviour} charged {cost}, recorded {entry.Quantity}");
                    }
                }

                Assert.Empty(entries);
                Assert.Empty((await new LedgerVerifier(fixture.Server.Data.Database).VerifyAsync()).Faults);
                return true;
            },
            iter: 12,
            threads: 1);
    }

    private static async Task DoAsync(HttpContext context, UpstreamBehaviour behaviour, long cost)
    {
        switch (behaviour)
        {
            case UpstreamBehaviour.Converts:
                await WriteJsonAsync(context, $$"""{"ConversionCost": {{cost}}, "Files": []}""");
                break;
            case UpstreamBehaviour.ConvertsSilently:
                await WriteJsonAsync(context, """{"Files": []}""");
                break;
            case UpstreamBehaviour.ConvertsLarge:
                await WriteJsonAsync(context, $$"""{"Files":[{"FileData":"{{new string('A', 400_000)}}"}],"ConversionCost":{{cost}}}""");
                break;
            case UpstreamBehaviour.Fails:
                context.Response.StatusCode = 500;
                await WriteJsonAsync(context, """{"Code": 5001, "Message": "failed"}""");
                break;
            case UpstreamBehaviour.RefusesAccount:
                context.Response.StatusCode = 401;
                await WriteJsonAsync(context, """{"Code": 4010, "Message": "bad secret"}""");
                break;
            case UpstreamBehaviour.IsBusy:
                context.Response.StatusCode = 503;
                break;
            case UpstreamBehaviour.AnswersGarbage:
                await WriteJsonAsync(context, "<html>");
                break;
            case UpstreamBehaviour.CutsBeforeAnswer:
                context.Abort();
                break;
            case UpstreamBehaviour.CutsInAnswer:
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("""{"Files":[{"FileData":"AAAA""");
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case UpstreamBehaviour.IsTooSlow:
                await Task.Delay(TimeSpan.FromSeconds(2), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
        }
    }

    private static Task WriteJsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json)).AsTask();
    }

    /// <summary>An endless stream of small chunks.</summary>
    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => 0; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(20, cancellationToken);
            return Math.Min(buffer.Length, 1000);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
