using System.Diagnostics;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests.Nodes;

/// <summary>
/// A page that a reseller opened once and in which it clicks again and again. Whatever happens elsewhere, it stays connected and is not
/// loaded again; while the database is away it may say that something went wrong.
/// </summary>
internal sealed class OpenPage
{
    /// <summary>A query of a node that the network has just cut off without a word waits until it is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>In milliseconds. A click on a link that is being drawn anew reaches nobody: a person clicks again.</summary>
    private const float UntilClickedAgain = 20_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly IPage _page;
    private readonly CancellationTokenSource _over = new();
    private int _connections;
    private int _disconnections;
    private int _views;
    private Task _clicks = Task.CompletedTask;

    private OpenPage(IPage page)
    {
        _page = page;
        _page.WebSocket += (_, socket) =>
        {
            Interlocked.Increment(ref _connections);
            socket.Close += (_, _) => Interlocked.Increment(ref _disconnections);
        };
    }

    public static async Task<OpenPage> StartAsync(Browser browser, Uri address, string email, string password)
    {
        var signIn = new PortalPage(await browser.NewPersonAsync(address));
        await signIn.SignInAsync(email, password);
        var person = new PortalPage(await signIn.Page.Context.NewPageAsync());
        await signIn.Page.CloseAsync();
        var open = new OpenPage(person.Page);
        await person.OpenAsync("/reseller/customers", "Customers");
        await Eventually.TrueAsync(() => Volatile.Read(ref open._connections) == 1, "the page is connected");

        // The dialog is added to the page when the connection is lost.
        await person.Page.EvaluateAsync("""
            () => {
                window.hasReconnected = false;
                new MutationObserver(() => {
                    if (document.getElementById('components-reconnect-modal')) {
                        window.hasReconnected = true;
                    }
                }).observe(document.documentElement, { childList: true, subtree: true });
            }
            """);
        open._clicks = Task.Run(open.ClickAsync);
        return open;
    }

    /// <summary>Waits until it has shown what was clicked, twice.</summary>
    public async Task WaitForViewsAsync()
    {
        var enough = Volatile.Read(ref _views) + 2;
        await Eventually.TrueAsync(
            () => Volatile.Read(ref _views) >= enough || _clicks.IsCompleted || !IsConnected, "the page shows what is clicked");
        if (_clicks.IsFaulted)
        {
            await _clicks;
        }

        AssertConnected();
    }

    /// <summary>Stops clicking and verifies that its first connection has lasted.</summary>
    public async Task StopAsync()
    {
        await _over.CancelAsync();
        await _clicks;
        AssertConnected();
        Assert.False(await _page.EvaluateAsync<bool>("window.hasReconnected"), "The page has lost its connection.");
        await _page.Context.CloseAsync();
        _over.Dispose();
    }

    private bool IsConnected => Volatile.Read(ref _disconnections) == 0;

    private void AssertConnected() =>
        Assert.Equal((1, 0), (Volatile.Read(ref _connections), Volatile.Read(ref _disconnections)));

    private async Task ClickAsync()
    {
        while (IsConnected && !_over.IsCancellationRequested)
        {
            await ClickAsync("Usage", "→ pdf");
            await Task.Delay(Pause);
            await ClickAsync("Customers", "Acme");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Clicks, and again while something is wrong.</summary>
    private async Task ClickAsync(string link, string row)
    {
        var target = _page.GetByRole(AriaRole.Navigation, new() { Name = "Main navigation" })
            .GetByRole(AriaRole.Link, new() { Name = link, Exact = true });
        var again = _page.GetByRole(AriaRole.Button, new() { Name = "Try again", Exact = true });
        var wanted = _page.GetByRole(AriaRole.Row).Filter(new() { HasText = row });
        var failed = _page.GetByText("Something went wrong");
        var since = Stopwatch.StartNew();
        while (IsConnected)
        {
            await target.Or(again).First.ClickAsync();
            try
            {
                await wanted.Or(failed).First.WaitForAsync(new() { Timeout = UntilClickedAgain });
            }
            catch (TimeoutException) when (!IsConnected || since.Elapsed < Patience)
            {
                continue;
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{link} shows nothing at {_page.Url}:\n{await _page.Locator("body").InnerTextAsync()}");
            }

            if (await failed.CountAsync() == 0)
            {
                Interlocked.Increment(ref _views);
                return;
            }

            await Task.Delay(Pause);
            since.Restart();
        }
    }
}
