using Microsoft.AspNetCore.Components;
using MudBlazor;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.Account;

/// <summary>Lets anyone with the payment link of an invoice view the amount due and pay it without signing in.</summary>
public sealed partial class PayPage(
    PayLinkQueries payLinks,
    CheckoutService checkouts,
    PaymentEventDispatcher dispatcher,
    NavigationManager navigation)
{
    private PayableInvoice? _invoice;
    private (string Text, Severity Severity)? _returned;
    private bool _isRunning;
    private string? _refusal;

    [Parameter]
    public string Key { get; set; } = "";

    [SupplyParameterFromQuery(Name = "checkout")]
    private string? Checkout { get; set; }

    protected override async Task OnInitializedAsync()
    {
        if (!Guid.TryParseExact(Key, "N", out var key) || (_invoice = await payLinks.FindAsync(key)) is null)
        {
            return;
        }

        if (Guid.TryParse(Checkout, out var id) && await dispatcher.HandleReturnByLinkAsync(_invoice.Id, id) is { } checkout)
        {
            (_returned, _isRunning) = (CheckoutText.For(checkout), checkout.State == CheckoutState.Processing);
            _invoice = await payLinks.FindAsync(key);
        }
    }

    private async Task PayAsync()
    {
        var outcome = await checkouts.PayByLinkAsync(
            Guid.ParseExact(Key, "N"), navigation.ToAbsoluteUri($"/pay/{Key}?checkout={{checkout}}").OriginalString);
        _refusal = outcome.Refusal?.Message;
        if (!outcome.IsRefused)
        {
            navigation.NavigateTo(outcome.Value.Url!);
        }
    }
}
