using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Usage;

public sealed partial class CorrectionDialog(CurrentActor current, LedgerCorrectionService corrections)
{
    private long _quantity;
    private string _reason = "";

    [Parameter, EditorRequired]
    public LedgerRow Row { get; set; } = null!;

    private async Task<Refusal?> ActAsync() =>
        (await corrections.CorrectAsync(await current.GetAsync(), Row.CustomerId, Row.Sequence, _quantity, _reason)).Refusal;
}
