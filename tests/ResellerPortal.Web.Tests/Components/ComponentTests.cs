using Bunit;
using MudBlazor;
using MudBlazor.Services;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Documents.Invoices.Pdf;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Tests.Components;

public sealed class ComponentTests : BunitContext, IAsyncLifetime
{
    public ComponentTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IInvoiceDocument, InvoicePdf>();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void A_chart_shows_its_numbers_as_a_table_on_request()
    {
        var card = Render<ChartCard>(p => p
            .Add(c => c.Title, "Conversions by month")
            .Add(c => c.Unit, "Conversions")
            .Add(c => c.Labels, ["Oct", "Nov"])
            .Add(c => c.Series, [new ChartLine("Conversions", [1200, 34])]));
        Assert.Empty(card.FindAll("table"));

        card.Find("button[aria-label='Show as table']").Click();

        Assert.Equal(["Oct", "1,200", "Nov", "34"], card.FindAll("tbody td").Select(td => td.TextContent));
    }

    [Fact]
    public void Letters_that_documents_cannot_print_are_named_where_they_are_entered()
    {
        Assert.Empty(Render<UnprintableLetters>(p => p.Add(c => c.Texts, ["Acme", null, "شركة 東京 한국 🎉"])).Markup.Trim());

        var text = Render<UnprintableLetters>(p => p.Add(c => c.Texts, ["Acme 𓀀", "𓀀 𒀀"])).Find("[role=status]").TextContent;
        Assert.Contains("can’t print these characters: 𓀀 𒀀.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TokenState.Active, "good")]
    [InlineData(TokenState.Exhausted, "warn")]
    [InlineData(TokenState.Revoked, "off")]
    public void A_tokens_state_is_said_in_words_and_colour(TokenState state, string tone)
    {
        var chip = Render<TokenStateChip>(p => p.Add(c => c.State, state)).Find("span");

        Assert.Equal(state.ToString(), chip.TextContent);
        Assert.Contains(tone, chip.ClassName, StringComparison.Ordinal);
    }

    [Fact]
    public void Money_carries_its_currency_and_minor_digits() =>
        Assert.Equal(
            "1,234.50 EUR",
            Render<MoneyText>(p => p.Add(c => c.Value, new Money(123_450, Currency.FromCode("EUR")))).Find("span").TextContent);

    [Theory]
    [InlineData(30, "in a moment")]
    [InlineData(-90, "1 minute ago")]
    [InlineData(7200, "in 2 hours")]
    [InlineData(-864_000, "10 days ago")]
    [InlineData(31_536_000, "in 11 months")]
    public void An_instant_is_shown_relative_to_now(int seconds, string words) =>
        Assert.Equal(words, Instant.Relative(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task A_refused_act_says_why_and_stays_open_with_what_was_typed()
    {
        var provider = Render<MudDialogProvider>();
        var refusals = new Queue<Refusal?>([Refusal.Because("The expiry has passed already."), null]);
        var parameters = new DialogParameters<TokenDialog>
        {
            { d => d.Issue, _ => Task.FromResult(refusals.Dequeue() is { } refusal ? (Outcome<IssuedToken>)refusal : Issued()) },
        };
        Render<MudPopoverProvider>();
        var dialog = await provider.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ShowAsync<TokenDialog>("", parameters));
        await provider.Find("input").ChangeAsync("staging");

        Act(provider, "Issue token");
        provider.WaitForAssertion(
            () => Assert.Contains("The expiry has passed already.", provider.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Equal("staging", provider.Find("input").GetAttribute("value"));

        Act(provider, "Issue token");
        Assert.Equal("secret", Assert.IsType<IssuedToken>((await dialog.Result.WaitAsync(TimeSpan.FromSeconds(10)))!.Data).Secret);
    }

    [Fact]
    public async Task A_refusal_that_names_a_field_is_shown_at_it_and_opens_the_options_that_hold_it()
    {
        var provider = Render<MudDialogProvider>();
        Render<MudPopoverProvider>();
        var refusal = Refusal.Because("Slower.", nameof(TokenRequest.RequestsPerMinute));
        var parameters = new DialogParameters<TokenDialog>
        {
            { d => d.Issue, _ => Task.FromResult<Outcome<IssuedToken>>(refusal) },
        };
        await provider.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ShowAsync<TokenDialog>("", parameters));
        Assert.DoesNotContain("Requests per minute", provider.Markup, StringComparison.Ordinal);

        Act(provider, "Issue token");

        provider.WaitForAssertion(() => Assert.Equal(
            "Slower.", Assert.Single(provider.FindAll(".mud-input-helper-text.mud-input-error")).TextContent.Trim()));
        Assert.Contains("Requests per minute", provider.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_fills_in_the_form()
    {
        var provider = Render<MudDialogProvider>();
        Render<MudPopoverProvider>();
        var issued = new List<TokenRequest>();
        var template = new TokenTemplate
        {
            ResellerId = default,
            Name = "Trial",
            Environment = "trial",
            UsageLimit = 100,
            LimitPeriod = LimitPeriod.Month,
            AllowedConverters = ["docx-to-pdf/openoffice"],
        };
        var parameters = new DialogParameters<TokenDialog>
        {
            { d => d.Templates, [template] },
            { d => d.Issue, RecordAsync },
        };
        await provider.InvokeAsync(() => Services.GetRequiredService<IDialogService>().ShowAsync<TokenDialog>("", parameters));
        var select = provider.FindComponents<MudSelect<TokenTemplate>>().Single().Instance;

        await provider.InvokeAsync(() => select.ValueChanged.InvokeAsync(template));
        Act(provider, "Issue token");

        provider.WaitForAssertion(() => Assert.Single(issued));
        Assert.Equal(("trial", 100L, LimitPeriod.Month, null), (
            issued[0].Environment, issued[0].UsageLimit, issued[0].LimitPeriod, issued[0].ExpiresAtUtc));
        Assert.Equal(["docx-to-pdf/openoffice"], issued[0].AllowedConverters);

        Task<Outcome<IssuedToken>> RecordAsync(TokenRequest request)
        {
            issued.Add(request);
            return Task.FromResult<Outcome<IssuedToken>>(Issued());
        }
    }

    [Fact]
    public void Revoking_asks_first()
    {
        var revoked = new List<TokenRow>();
        var provider = Render<MudDialogProvider>();
        Render<MudPopoverProvider>();
        var row = new TokenRow(
            Guid.NewGuid(),
            "production",
            "0001",
            null,
            LimitPeriod.Ever,
            LimitPolicy.Strict,
            5,
            null,
            null,
            null,
            null,
            DateTimeOffset.UnixEpoch,
            false,
            false,
            false,
            false,
            "0",
            TokenState.Active)
        {
            Terms = new TokenRequest("production", null, null),
        };
        var table = Render<TokenTable>(
            p => p.Add(t => t.Rows, [row])
                .Add(t => t.IfEmpty, "none")
                .Add(t => t.GetAddress, token => "/my/tokens/" + token.Id)
                .Add(t => t.MayRevoke, true)
                .Add(t => t.OnRevoke, revoked.Add));

        Act(table, "Revoke");
        Assert.Empty(revoked);
        provider.WaitForAssertion(() => Assert.Contains("cannot be undone", provider.Markup, StringComparison.Ordinal));

        Act(provider, "Revoke token");
        provider.WaitForAssertion(() => Assert.Equal([row], revoked));
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    private static void Act<T>(IRenderedComponent<T> component, string verb)
        where T : Microsoft.AspNetCore.Components.IComponent =>
        component.FindAll("button").Single(b => b.TextContent.Trim() == verb).Click();

    private static IssuedToken Issued() => new(
        new ApiToken
        {
            ResellerId = default,
            CustomerId = default,
            Environment = "staging",
            SecretHash = [],
            ProtectedSecret = "",
            SecretEnding = "0001",
            CreatedAtUtc = DateTimeOffset.UnixEpoch,
        },
        "secret");
}
