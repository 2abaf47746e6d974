using ResellerPortal.Core.Privacy;

namespace ResellerPortal.Web.Account;

/// <summary>Explains which personal data is stored, why, and for how long.</summary>
public sealed partial class PersonalDataPage(RetentionOptions retention)
{
    private RetentionOptions Retention => retention;
}
