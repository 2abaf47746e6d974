using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Invoicing;

/// <summary>Asks which lines of an invoice to credit. All lines that are not credited yet are preselected.</summary>
public sealed partial class CreditDialog(CurrentActor current, CreditNoteService notes)
{
    private readonly HashSet<int> _chosen = [];
    private string _reason = "";

    [Parameter, EditorRequired]
    public InvoiceView View { get; set; } = null!;

    private IEnumerable<int> Credited => View.Row.CreditNotes.SelectMany(n => n.Positions);

    protected override void OnInitialized() => _chosen.UnionWith(View.Lines.Select(l => l.Position).Except(Credited));

    private void Choose(int position, bool isChosen)
    {
        if (isChosen)
        {
            _chosen.Add(position);
        }
        else
        {
            _chosen.Remove(position);
        }
    }

    private async Task<Refusal?> ActAsync() => (await notes.IssueAsync(await current.GetAsync(), View.Row.Id, _chosen, _reason)).Refusal;
}
