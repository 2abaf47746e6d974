using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

public sealed partial class JournalAccountsDialog(CurrentActor current, JournalExport journal)
{
    private int _consultant;
    private int _client;
    private int _taxed;
    private int _reverseCharge;
    private int _untaxed;
    private int _firstDebtor;

    [Parameter, EditorRequired]
    public JournalAccounts Accounts { get; set; } = null!;

    protected override void OnInitialized()
    {
        (_consultant, _client, _firstDebtor) = (Accounts.Consultant, Accounts.Client, Accounts.FirstDebtor);
        (_taxed, _reverseCharge, _untaxed) = (Accounts.Taxed, Accounts.ReverseCharge, Accounts.Untaxed);
    }

    private async Task<Refusal?> ActAsync() =>
        (await journal.SetAsync(
            await current.GetAsync(),
            new JournalAccountNumbers(_consultant, _client, _taxed, _reverseCharge, _untaxed, _firstDebtor))).Refusal;
}
