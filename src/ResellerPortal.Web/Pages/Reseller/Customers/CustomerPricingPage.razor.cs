using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.ResellerPages.Customers;

public sealed partial class CustomerPricingPage(CurrentActor current, CustomerQueries queries)
{
    private Actor? _actor;
    private CustomerDetail? _detail;

    [Parameter]
    public Guid Id { get; set; }

    protected override Task OnParametersSetAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        _actor = await current.GetAsync();
        _detail = await queries.FindDetailAsync(_actor, new CustomerId(Id));
    }
}
