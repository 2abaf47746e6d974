using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Payments.Stripe;

namespace ResellerPortal.Web.Hosting;

internal static class PaymentRegistration
{
    /// <summary>Adds online payments, and the account that resellers transfer the price of plans to.</summary>
    /// <exception cref="InvalidOperationException">The operator's IBAN is not valid.</exception>
    public static void AddPayments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddStripePayments(configuration);
        services.AddSingleton(ReadOperatorBankAccount(configuration.GetSection("Operator")));
    }

    private static OperatorBankAccount ReadOperatorBankAccount(IConfigurationSection settings)
    {
        var account = new BankAccount(
            settings["AccountHolder"] ?? "", BankAccount.Normalize(settings["Iban"]), BankAccount.Normalize(settings["Bic"]));
        return account.IsGiven && !BankAccount.IsIban(account.Iban)
            ? throw new InvalidOperationException($"Operator:Iban is '{account.Iban}', which is not a valid IBAN.")
            : new OperatorBankAccount(account, settings["PaymentInstructions"] ?? "");
    }
}
