using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerDoor;

public enum MarkupKind
{
    CostPlusPercent,
    CostPlusAmount,
    FixedPrice,
    FollowDefault,
}

/// <summary>Shows and sets the markup of a customer, or the reseller's default.</summary>
public sealed partial class MarkupCard(CurrentActor current, RateCards cards, TimeProvider clock, ISnackbar snackbar)
{
    private MarkupKind _kind;
    private decimal _value;
    private string _from = "";
    private string? _refusal;
    private string? _warning;
    private IReadOnlyList<MarkupEffect> _effects = [];

    /// <summary>Null for the reseller's default.</summary>
    [Parameter]
    public CustomerId? CustomerId { get; set; }

    [Parameter, EditorRequired]
    public Currency Currency { get; set; }

    [Parameter, EditorRequired]
    public Markup Markup { get; set; } = null!;

    [Parameter]
    public bool HasOwnMarkup { get; set; }

    [Parameter]
    public bool MayEdit { get; set; }

    [Parameter]
    public EventCallback OnChanged { get; set; }

    private string ValueLabel => _kind switch
    {
        MarkupKind.CostPlusPercent => "Markup",
        MarkupKind.CostPlusAmount => "Markup per conversion",
        _ => "Price per conversion",
    };

    private string ValueUnit => _kind == MarkupKind.CostPlusPercent ? "%" : Currency.Code;

    protected override async Task OnInitializedAsync()
    {
        _from = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        (_kind, _value) = Markup switch
        {
            Markup.CostPlusAmount amount => (MarkupKind.CostPlusAmount, new UnitPrice(amount.AmountMicros, amount.Currency).Amount),
            Markup.FixedPrice price => (MarkupKind.FixedPrice, new UnitPrice(price.PriceMicros, price.Currency).Amount),
            Markup.CostPlusPercent percent => (MarkupKind.CostPlusPercent, percent.Percent),
            _ => (MarkupKind.CostPlusPercent, 0),
        };
        await PreviewAsync();
    }

    private Task ChooseAsync(MarkupKind kind)
    {
        _kind = kind;
        return PreviewAsync();
    }

    private Task EnterAsync(decimal value)
    {
        _value = value;
        return PreviewAsync();
    }

    private async Task PreviewAsync()
    {
        _refusal = null;
        _effects = Entered() is { } markup && MayEdit ? await cards.EffectsAsync(await current.GetAsync(), markup) : [];
        _warning = RateCards.LossWarning(_effects);
    }

    private async Task SaveAsync()
    {
        if (!DateOnly.TryParseExact(_from, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from))
        {
            _refusal = "Choose the day from which the price applies.";
            return;
        }

        var outcome = await cards.SetAsync(await current.GetAsync(), CustomerId, Entered(), from);
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            snackbar.Add(outcome.Value.Warning ?? "The price is set.", outcome.Value.Warning is null ? Severity.Success : Severity.Warning);
            await OnChanged.InvokeAsync();
        }
    }

    private Markup? Entered()
    {
        var bounded = Math.Clamp(_value, -10_000_000, 10_000_000);
        return _kind switch
        {
            MarkupKind.CostPlusPercent => new Markup.CostPlusPercent(bounded),
            MarkupKind.CostPlusAmount => new Markup.CostPlusAmount(UnitPrice.Round(bounded, Currency).Micros, Currency),
            MarkupKind.FixedPrice => new Markup.FixedPrice(UnitPrice.Round(bounded, Currency).Micros, Currency),
            _ => null,
        };
    }
}
