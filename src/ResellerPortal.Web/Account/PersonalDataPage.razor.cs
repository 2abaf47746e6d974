using ResellerPortal.Core.Privacy;

namespace ResellerPortal.Web.Account;

/// <summary>Tells what is stored of people, why, and for how long.</summary>
public sealed partial class PersonalDataPage(RetentionSettings retention)
{
    private RetentionSettings Retention => retention;
}
