using ResellerPortal.Core.Access;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.OperatorPages.Resellers;

public sealed partial class ResellerDialog(CurrentActor current, Core.Accounts.ResellerService resellers)
{
    private string _name = "";
    private string _slug = "";
    private string _email = "";
    private string _currency = "EUR";
    private string _timeZone = "Europe/Vilnius";
    private string _street = "";
    private string _postalCode = "";
    private string _city = "";
    private string _country = "";
    private string _vatId = "";
    private decimal? _taxPercent;
    private NewReseller? _added;

    private async Task<Refusal?> ActAsync()
    {
        var outcome = await resellers.AddAsync(await current.GetAsync(), new ResellerDetails(
            _slug.Trim(),
            _name,
            _email,
            _currency,
            _timeZone.Trim(),
            new PostalAddress(_street, _postalCode, _city, _country),
            _vatId,
            (int?)(_taxPercent * 100)));
        _added = outcome.IsRefused ? null : outcome.Value;
        return outcome.Refusal;
    }
}
