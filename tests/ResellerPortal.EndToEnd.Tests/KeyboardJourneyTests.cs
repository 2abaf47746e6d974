using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>The main job without a pointer: only keys are pressed, and whoever presses them always sees where they are.</summary>
public sealed class KeyboardJourneyTests(Browser browser) : IClassFixture<Browser>
{
    private const int MostSteps = 120;

    [Fact]
    public async Task A_reseller_does_the_main_job_by_keyboard_alone()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1_000, 15m);
        var page = await browser.NewPersonAsync(server.Address);
        await page.Context.AddInitScriptAsync(
            scriptPath: Path.Combine(
                RepositoryFolder.Find(), "tests", "ResellerPortal.EndToEnd.Tests", "PageChecks", "page-checks.js"));
        await page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        var keys = new KeyboardUser(page);

        await page.GotoAsync("/account/sign-in");
        await keys.FillAsync("input Email address", "owner@northwind.example");
        await keys.FillAsync("input Password", TestData.Password);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Home", Level = 1 })).ToBeVisibleAsync();

        await keys.PressAsync("a Customers");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Customers", Level = 1 })).ToBeFocusedAsync();
        await keys.PressAsync("button Add a customer");
        await keys.SeesDialogAsync();
        await page.Keyboard.PressAsync("Escape");
        await keys.IsBackAsync("button Add a customer");
        await page.Keyboard.PressAsync("Enter");
        await keys.SeesDialogAsync();
        await keys.FillAsync("input Name", "Acme Publishing");
        await keys.FillAsync("input Email for sign-in and invoices", "admin@acme.example");
        await keys.FillAsync("input Country", "DE");
        await keys.PressAsync("button Add customer");
        await page.GetByTestId("secret").WaitForAsync();
        await keys.PressAsync("button Done");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Acme Publishing", Level = 1 })).ToBeVisibleAsync();
        await keys.IsOnPageAsync();

        await keys.PressAsync("a Tokens");
        await keys.PressAsync("button Issue token");
        await keys.SeesDialogAsync();
        await keys.PressAsync("button Issue token");
        await page.GetByTestId("secret").WaitForAsync();
        await keys.PressAsync("button Done");
        await keys.IsBackAsync("button Issue token");

        await keys.PressAsync("a Pricing");
        await keys.FillAsync("input Markup", "20");
        await keys.PressAsync("button Set price");
        await Assertions.Expect(page.GetByText("Current: cost + 20%")).ToBeVisibleAsync();
        await UseAsync(server, northwind);

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        await page.GotoAsync("/account/sign-in");
        await keys.FillAsync("input Email address", "owner@northwind.example");
        await keys.FillAsync("input Password", TestData.Password);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Home", Level = 1 })).ToBeVisibleAsync();
        await keys.PressAsync("a Billing");
        await keys.PressAsync("a Month end");
        await keys.PressAsync("button Draft invoices");
        await Assertions.Expect(page.GetByText("October 2026: 1 drafted.")).ToBeVisibleAsync();
        await keys.PressAsync("button Finalise 1 invoice");
        await keys.SeesDialogAsync();
        await keys.PressAsync("button Finalise");
        await Assertions.Expect(page.GetByText("1 invoice is final.")).ToBeVisibleAsync();
        await keys.IsOnPageAsync();

        Assert.Empty(keys.Unseen);
    }

    private static async Task UseAsync(PortalServer server, Actor owner)
    {
        await using var db = server.Data.Database.Open(owner.Scope);
        var customer = await db.Customers.SingleAsync();
        var token = await server.Data.IssueAsync(owner, customer, environment: "import");
        await server.Data.Recorder.RecordAsync(owner.Scope, [TestData.Fact(token, server.Clock.GetUtcNow(), 5)]);
    }

    /// <summary>Presses Tab until something has the focus, and notes what nobody could see to have it.</summary>
    private sealed class KeyboardUser(IPage page)
    {
        public HashSet<string> Unseen { get; } = [];

        public async Task FillAsync(string field, string text)
        {
            await ReachAsync(field);
            await page.Keyboard.PressAsync("Control+A");
            await page.Keyboard.TypeAsync(text);
        }

        public async Task PressAsync(string button)
        {
            await ReachAsync(button);
            await page.Keyboard.PressAsync("Enter");
        }

        public Task SeesDialogAsync() => Eventually.TrueAsync(
            () => page.EvaluateAsync<bool>("() => !!document.activeElement.closest('.mud-dialog')"), "the dialog has the focus");

        /// <summary>Waits until the dialog is closed and what opened it has the focus again.</summary>
        public async Task IsBackAsync(string opener)
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            await Eventually.TrueAsync(async () => await DescribeAsync() == opener, $"{opener} has the focus again");
        }

        /// <summary>Waits until the dialog is closed and the focus is on the page.</summary>
        public async Task IsOnPageAsync()
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            await Eventually.TrueAsync(
                () => page.EvaluateAsync<bool>("() => document.activeElement !== document.body"), "the focus is on the page");
        }

        private Task<string> DescribeAsync() => page.EvaluateAsync<string>("() => pageChecks.describeFocus()");

        private async Task ReachAsync(string target)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    for (var step = 0; step < MostSteps && await DescribeAsync() != target; step++)
                    {
                        await page.Keyboard.PressAsync("Tab");
                        if (await page.EvaluateAsync<string>("() => pageChecks.checkFocus()") is { Length: > 0 } unseen)
                        {
                            Unseen.Add(unseen);
                        }
                    }

                    return await DescribeAsync() == target;
                },
                $"{target} can be reached by keyboard");
        }
    }
}
