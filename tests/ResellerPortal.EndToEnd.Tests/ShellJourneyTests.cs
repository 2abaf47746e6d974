using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>What is around every page: the menu, the command palette, keyboard shortcuts and the first colours.</summary>
public sealed class ShellJourneyTests(Browser browser) : IClassFixture<Browser>
{
    [Fact]
    public async Task Anything_is_found_and_opened_from_the_keyboard()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1_000, 10m);
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme Publishing");
        await server.Data.AddCustomerAsync(northwind, "Blue Yonder");
        var person = new PortalPage(await browser.NewPersonAsync(server.Address));
        await person.SignInAsync("owner@northwind.example", TestData.Password);
        await person.OpenAsync("/reseller", "Home");
        var page = person.Page;
        var search = page.GetByRole(AriaRole.Combobox, new() { Name = "Search" });
        var options = page.GetByRole(AriaRole.Listbox, new() { Name = "Results" }).GetByRole(AriaRole.Option);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Search" })).ToBeVisibleAsync();

        // What is searched for, and what can be done with it.
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("acme");
        await Assertions.Expect(options.First).ToContainTextAsync("Acme Publishing");
        await Assertions.Expect(options.First).ToHaveAttributeAsync("aria-selected", "true");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(options.Nth(1)).ToContainTextAsync("Issue token for Acme Publishing");
        await Assertions.Expect(search).ToHaveAttributeAsync("aria-activedescendant", (await options.Nth(1).GetAttributeAsync("id"))!);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Issue token");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/reseller/customers/{acme.Id}/tokens$"));
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".mud-dialog")).ToHaveCountAsync(0);

        // Nothing found says so; Escape closes.
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("zzzz");
        await person.SeesAsync("Nothing matches “zzzz”.");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(search).ToBeHiddenAsync();

        // The menu by letters, unless something is being typed or they are turned off.
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("b");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/reseller/invoices$"));
        await Assertions.Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumb" })).ToContainTextAsync("Billing");
        await Assertions.Expect(page.Locator("nav [aria-current=page]")).ToHaveTextAsync("Invoices");
        await page.Keyboard.PressAsync("?");
        var help = page.GetByRole(AriaRole.Dialog, new() { Name = "Keyboard shortcuts" });
        await Assertions.Expect(help).ToContainTextAsync("Settings");
        await help.GetByRole(AriaRole.Checkbox).UncheckAsync();
        await help.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("c");
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(help).ToBeHiddenAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/reseller/invoices$"));
        await page.Keyboard.PressAsync("Control+k");
        await Assertions.Expect(search).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_page_is_dark_from_its_first_colours_on_and_shows_its_frame_before_the_portal_answers()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        await server.Data.AddResellerAsync("northwind");
        var person = new PortalPage(await browser.NewPersonAsync(server.Address));
        await person.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await person.SignInAsync("owner@northwind.example", TestData.Password);

        // Every background that the body and the bar have had is recorded from the first line of the page on.
        await person.Page.AddInitScriptAsync("""
            window.backgrounds = new Set();
            window.hasFrame = false;
            const record = () => {
                for (const shown of document.querySelectorAll('body, .rp-bar, .rp-splash, .rp-splash > *')) {
                    window.backgrounds.add(getComputedStyle(shown).backgroundColor);
                }
                window.hasFrame ||= !document.querySelector('.mud-layout') && document.querySelector('.rp-splash')?.offsetHeight > 0;
                requestAnimationFrame(record);
            };
            requestAnimationFrame(record);
            """);
        await person.OpenAsync("/reseller/invoices", "Invoices");

        var backgrounds = await person.Page.EvaluateAsync<string[]>("[...window.backgrounds]");
        Assert.NotEmpty(backgrounds);
        Assert.All(backgrounds, background => Assert.True(IsDarkOrClear(background), background));
        Assert.True(await person.Page.EvaluateAsync<bool>("window.hasFrame"));
        await Assertions.Expect(person.Page.Locator(".rp-splash")).ToBeHiddenAsync();
    }

    private static bool IsDarkOrClear(string background)
    {
        var parts = background[(background.IndexOf('(', StringComparison.Ordinal) + 1)..^1].Split(',');
        return (parts is [.., var alpha] && parts.Length == 4 && alpha.Trim() == "0")
            || parts.Take(3).All(part => int.Parse(part, System.Globalization.CultureInfo.InvariantCulture) < 60);
    }
}
