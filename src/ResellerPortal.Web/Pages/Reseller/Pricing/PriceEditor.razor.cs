using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Pricing;

/// <summary>
/// Shows and edits the rate card of a customer or the reseller's default, with a simulation of the last months.
/// </summary>
public sealed partial class PriceEditor(
    CurrentActor current,
    RateCardService cards,
    PriceSimulator simulator,
    CustomerQueries customers,
    TimeProvider clock,
    IDialogService dialogs,
    ISnackbar snackbar)
{
    private CardDraft _draft = null!;
    private bool _showsAdvanced;
    private int _previews;
    private string _from = "";
    private string? _refusal;
    private string? _warning;
    private IReadOnlyList<PriceEffect> _effects = [];
    private IReadOnlyList<SimulatedMonth> _simulated = [];

    /// <summary>Null for the reseller's default.</summary>
    [Parameter]
    public CustomerId? CustomerId { get; set; }

    [Parameter, EditorRequired]
    public Currency Currency { get; set; }

    [Parameter, EditorRequired]
    public CardTerms Terms { get; set; } = null!;

    [Parameter]
    public bool HasOwnCard { get; set; }

    [Parameter]
    public bool MayEdit { get; set; }

    /// <summary>Content beside the editor, below the simulation.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    [Parameter]
    public EventCallback OnChanged { get; set; }

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    protected override async Task OnInitializedAsync()
    {
        _draft = CardDraft.From(Terms, Currency);
        _showsAdvanced = _draft.UsesAdvancedOptions;
        _from = DayText.Format((await customers.GetTimeZoneAsync(await current.GetAsync())).GetDay(clock.GetUtcNow()));
        await PreviewAsync();
    }

    private Task ChangeAsync(Action change)
    {
        change();
        return PreviewAsync();
    }

    private Task AddRuleAsync() => ChangeAsync(() => _draft.Rules.Insert(_draft.Rules.Count - 1, new RuleDraft()));

    private Task RemoveAsync(int number) => ChangeAsync(() => _draft.Rules.RemoveAt(number));

    private async Task PreviewAsync()
    {
        if (!MayEdit)
        {
            return;
        }

        // Previews overlap while the user types; the result of an outdated one is discarded.
        var preview = ++_previews;
        var (actor, terms) = (await current.GetAsync(), _draft.ToTerms(Currency));
        _refusal = terms?.Check(Currency)?.Message;
        if (_refusal is not null)
        {
            return;
        }

        var effects = terms is null ? [] : await cards.CalculateEffectsAsync(actor, CustomerId, terms);
        var simulated = await simulator.SimulateAsync(actor, CustomerId, terms);
        if (preview == _previews)
        {
            (_effects, _warning, _simulated) = (effects, RateCardService.FindLossWarning(effects), simulated);
        }
    }

    private async Task SaveAsync()
    {
        if (!DayText.TryRead(_from, out var from))
        {
            _refusal = "Choose the date from which the price applies.";
            return;
        }

        if (CustomerId is null && !await ConfirmDefaultAsync(from))
        {
            return;
        }

        var outcome = await cards.SetAsync(await current.GetAsync(), CustomerId, _draft.ToTerms(Currency), from);
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            snackbar.Add(outcome.Value.Warning ?? "Price updated.", outcome.Value.Warning is null ? Severity.Success : Severity.Warning);
            await PreviewAsync();
            await OnChanged.InvokeAsync();
        }
    }

    /// <summary>The default reprices many customers at once, so it says how many and by how much first.</summary>
    private async Task<bool> ConfirmDefaultAsync(DateOnly from)
    {
        var count = await cards.CountFollowersAsync(await current.GetAsync(), from);
        if (count == 0)
        {
            return true;
        }

        var effect = _simulated.Count == 0 ? "" : $" Estimated effect on revenue: about {DescribeMonthlyEffect()} a month.";
        return await dialogs.ConfirmAsync(
            "Set the default price?",
            $"This reprices {NumberText.Count(count, "customer")} from {NumberText.Day(from)}.{effect} "
                + "Customers with their own price and invoiced usage are not affected.",
            "Set price");
    }

    private string DescribeMonthlyEffect()
    {
        var total = _simulated.Sum(m => m.After.Revenue.Amount - m.Before.Revenue.Amount);
        return (total < 0 ? "−" : "+") + Money.Round(Math.Abs(total) / _simulated.Count, _simulated[0].After.Revenue.Currency);
    }
}
