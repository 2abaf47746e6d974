using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests.PageObjects;

/// <summary>Drives the portal as a user does: by the text of buttons, labels and rows.</summary>
internal sealed class PortalPage(IPage page)
{
    public IPage Page { get; } = page;

    public async Task SignInAsync(string email, string password)
    {
        await Page.GotoAsync("/account/sign-in");
        await Page.GetByLabel("Email address").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(Page).Not.ToHaveURLAsync(new Regex("/account/"));
    }

    public async Task SignOutAsync()
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(Page).ToHaveURLAsync(new Regex("/account/sign-in$"));
    }

    /// <summary>Opens a URL and waits for the page title.</summary>
    public async Task OpenAsync(string address, string title)
    {
        await Page.GotoAsync(address);
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1 })).ToBeVisibleAsync();
    }

    /// <summary>Opens one of the tabs of a customer's record.</summary>
    public async Task OpenTabAsync(string tab, string title)
    {
        await Page.GetByRole(AriaRole.Navigation, new() { Name = "Customer", Exact = true })
            .GetByRole(AriaRole.Link, new() { Name = tab, Exact = true })
            .ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1 })).ToBeVisibleAsync();
    }

    public ILocator Row(string text) => Page.GetByRole(AriaRole.Row).Filter(new() { HasText = text });

    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task PressInAsync(ILocator container, string button) =>
        container.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    /// <summary>Clicks a button in the open dialog.</summary>
    public Task ConfirmAsync(string button) => PressInAsync(Page.GetByRole(AriaRole.Dialog), button);

    public Task FillAsync(string label, string value) => Page.GetByLabel(label, new() { Exact = true }).FillAsync(value);

    /// <summary>Fills a field that commits its value when it loses focus.</summary>
    public async Task TypeAsync(string label, string value)
    {
        await FillAsync(label, value);
        await Page.Keyboard.PressAsync("Tab");
    }

    /// <summary>Opens a select and picks the first option that contains the text.</summary>
    public async Task ChooseAsync(string label, string option)
    {
        var select = Page.Locator("div.mud-select:not(.mud-input-control)").Filter(
            new() { Has = Page.GetByLabel(label, new() { Exact = true }) });
        await Expect(select).ToHaveCountAsync(1);
        var before = await ReadAsync();
        await select.ClickAsync();
        await Page.Locator(".mud-popover-open .mud-list-item").Filter(new() { HasText = option }).First.ClickAsync();

        // The choice is made after the list has closed, and until then whatever is pressed comes first. A form may go on without the field.
        if (!before.Contains(option, StringComparison.Ordinal))
        {
            await Eventually.TrueAsync(async Task<bool> () => await ReadAsync() != before, $"{option} is chosen as {label}");
        }

        Task<string> ReadAsync() => select.EvaluateAllAsync<string>(
            "all => all.map(e => [e.innerText, ...[...e.querySelectorAll('input')].map(input => input.value)].join(' ')).join(' ')");
    }

    /// <summary>Chooses a file once the input has its listener, which is attached shortly after rendering.</summary>
    public async Task AttachAsync(string label, FilePayload file)
    {
        var field = Page.GetByLabel(label);
        await Page.WaitForFunctionAsync("field => field._blazorInputFileNextFileId !== undefined", await field.ElementHandleAsync());
        await field.SetInputFilesAsync(file);
    }

    public Task SeesAsync(string text) => Expect(Page.GetByText(text).First).ToBeVisibleAsync();

    public Task SeesRowAsync(string text) => Expect(Row(text).First).ToBeVisibleAsync();

    /// <summary>Waits until the page is no wider than its window, so that nobody scrolls sideways.</summary>
    public Task FitsAsync() => Eventually.TrueAsync(
        () => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"),
        $"{Page.Url} fits its window");

    /// <summary>Reloads a page until background work of the portal has made something appear.</summary>
    public async Task SeesInTimeAsync(string address, string title, ILocator what)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                await OpenAsync(address, title);
                try
                {
                    await what.First.WaitForAsync(new() { Timeout = 2_000 });
                    return true;
                }
                catch (TimeoutException)
                {
                    return false;
                }
            },
            $"{address} shows what background work brings");
    }

    /// <summary>Reads a secret that is shown once and closes the dialog.</summary>
    public async Task<string> TakeSecretAsync()
    {
        var shown = Page.GetByTestId("secret");
        var secret = await shown.InnerTextAsync();
        await PressAsync("Done");
        try
        {
            await shown.WaitForAsync(new() { State = WaitForSelectorState.Hidden, Timeout = 30_000 });
        }
        catch (TimeoutException)
        {
            // A click is lost while a page reconnects, which a busy machine causes; a person would click again.
            await PressAsync("Done");
            await Expect(shown).ToBeHiddenAsync();
        }

        return secret;
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);
}
