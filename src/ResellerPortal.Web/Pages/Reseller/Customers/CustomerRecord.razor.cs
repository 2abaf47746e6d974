using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Components;

namespace ResellerPortal.Web.ResellerPages.Customers;

/// <summary>The frame of a customer's pages: title, actions and tabs. Shows its content only if the customer is the reseller's.</summary>
public sealed partial class CustomerRecord(CurrentActor current, CustomerQueries queries, NavigationManager navigation)
{
    private IReadOnlyList<(string Path, string Title)> _tabs = [];
    private IReadOnlyList<Crumb> _parents = [];
    private string _path = "";
    private string? _name;
    private bool _isMissing;

    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    /// <summary>Null for the overview, whose title is the customer's name.</summary>
    [Parameter]
    public string? Title { get; set; }

    [Parameter]
    public string? Purpose { get; set; }

    [Parameter]
    public RenderFragment? Actions { get; set; }

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        _path = new Uri(navigation.Uri).AbsolutePath.TrimEnd('/');
        var actor = await current.GetAsync();
        _tabs =
        [
            ("", "Overview"),
            ("/tokens", "Tokens"),
            ("/pricing", "Pricing"),
            ("/usage", "Usage"),
            ("/invoices", "Invoices"),
            ("/balance", "Balance"),
            ("/statement", "Statement"),
            .. actor.May(Permission.CustomersManage) ? [("/people", "Members")] : Array.Empty<(string, string)>(),
            ("/activity", "Activity"),
        ];
        _name = await queries.FindNameAsync(actor, new CustomerId(Id));
        _isMissing = _name is null;
        _parents = Title is null || _name is null ? [] : [new Crumb(_name, $"/reseller/customers/{Id}")];
    }
}
