using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Payments;

/// <summary>Matches an incoming payment to a customer and invoices manually.</summary>
public sealed partial class BankTransactionDialog(CurrentActor current, BankStatementService statements, CustomerQueries customers)
{
    private readonly HashSet<Guid> _chosen = [];
    private IReadOnlyList<(CustomerId Id, string Name)> _customers = [];
    private IReadOnlyList<OpenInvoice> _invoices = [];
    private Guid _customer;

    [Parameter, EditorRequired]
    public BankTransactionRow Row { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        _customers = await customers.ListNamesAsync(await current.GetAsync());
        if (Row.Proposal is { } proposal)
        {
            await ChooseAsync(proposal.CustomerId.Value);
            _chosen.UnionWith(proposal.Invoices.Select(i => i.Id));
        }
    }

    private async Task ChooseAsync(Guid customer)
    {
        _customer = customer;
        _chosen.Clear();
        _invoices = await statements.OpenInvoicesAsync(await current.GetAsync(), new CustomerId(customer));
    }

    private void Mark(Guid invoice, bool isChosen) => _ = isChosen ? _chosen.Add(invoice) : _chosen.Remove(invoice);

    private async Task<Refusal?> ActAsync() => _customer == Guid.Empty
        ? Refusal.Because("Choose the customer who made the payment.")
        : (await statements.RecordAsync(await current.GetAsync(), Row.Transaction.Id, new CustomerId(_customer), _chosen)).Refusal;
}
