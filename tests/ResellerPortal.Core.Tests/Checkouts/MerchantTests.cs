using Microsoft.AspNetCore.DataProtection;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Checkouts;

/// <summary>Whose account a payment goes to, as one key; and a reseller's own keys, which are never kept in clear.</summary>
public sealed class MerchantTests
{
    [Fact]
    public void A_merchant_is_the_operator_a_connected_account_or_a_resellers_own_keys()
    {
        var reseller = ResellerId.New();
        var (connected, own) = (Merchant.ForConnectedAccount("acct_1"), Merchant.ForReseller(reseller));

        Assert.Equal((true, false, null), (Merchant.Operator.IsOperator, Merchant.Operator.IsConnected, Merchant.Operator.KeysOf));
        Assert.Equal((false, true, null), (connected.IsOperator, connected.IsConnected, connected.KeysOf));
        Assert.Equal((false, false, reseller), (own.IsOperator, own.IsConnected, own.KeysOf!.Value));
        Assert.All((Merchant[])[Merchant.Operator, connected, own], m => Assert.InRange(m.Key.Length, 1, Merchant.MaxLength));
    }

    [Fact]
    public async Task A_resellers_keys_are_encrypted_and_readable_only_by_that_reseller()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (northwind, _) = await sqlite.Data.AddResellerAsync("northwind");
        var (fabrikam, _) = await sqlite.Data.AddResellerAsync("fabrikam");
        var keys = new MerchantKeyStore(sqlite.Database, new EphemeralDataProtectionProvider());
        var cipher = keys.Protect("sk_test_northwind");
        Assert.DoesNotContain("northwind", cipher, StringComparison.Ordinal);
        await using (var db = sqlite.Database.Open(TenantScope.ForReseller(northwind.Id)))
        {
            db.PaymentAccounts.Add(new PaymentAccount { ResellerId = northwind.Id, ProtectedSecretKey = cipher });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            new ProviderKeys("sk_test_northwind", ""), await keys.FindAsync(northwind.Id, TestContext.Current.CancellationToken));
        Assert.Null(await keys.FindAsync(fabrikam.Id, TestContext.Current.CancellationToken));
    }
}
