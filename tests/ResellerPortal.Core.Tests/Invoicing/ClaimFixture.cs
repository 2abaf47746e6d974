using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core.Tests.Invoicing;

internal sealed record ClaimFixture(Actor Owner, Customer Customer, IssuedToken Token, TimeZoneInfo Zone)
{
    public string Secret => Token.Secret;
}
