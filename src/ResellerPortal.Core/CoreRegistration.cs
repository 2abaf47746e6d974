using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Auditing;
using ResellerPortal.Core.Balances;
using ResellerPortal.Core.BankStatements;
using ResellerPortal.Core.Checkouts;
using ResellerPortal.Core.Conversions;
using ResellerPortal.Core.Credits;
using ResellerPortal.Core.Currencies;
using ResellerPortal.Core.Dunning;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Notifications;
using ResellerPortal.Core.PaymentEvents;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Plans;
using ResellerPortal.Core.Prepaid;
using ResellerPortal.Core.Pricing;
using ResellerPortal.Core.Privacy;
using ResellerPortal.Core.Sending;
using ResellerPortal.Core.Subscriptions;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Core;

/// <summary>The billing domain for a host. It holds no state but the meter's queue, so all of it is registered once.</summary>
public static class CoreRegistration
{
    public static IServiceCollection AddPortalCore(this IServiceCollection services, IDatabaseDialect dialect, string connectionString)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new PortalDatabase(PortalDatabase.OptionsFor(dialect, connectionString), dialect));

        // Identity and Data Protection ask for a context by themselves; what they own belongs to no tenant.
        services.AddScoped(provider => provider.GetRequiredService<PortalDatabase>().Open(TenantScope.None));

        // Before AddIdentityCore, which would register them per request.
        services.TryAddSingleton<IPasswordHasher<PortalUser>, PasswordHasher<PortalUser>>();
        services.TryAddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();

        services.AddSingleton<Seats>();
        services.AddSingleton<SeatDirectory>();
        services.AddSingleton<UserSessions>();
        services.AddSingleton<InvitationLinks>();
        services.AddSingleton<Invitations>();
        services.AddSingleton<Teams>();
        services.AddSingleton<SupportVisits>();
        services.AddSingleton<Resellers>();
        services.AddSingleton<Customers>();
        services.AddSingleton<BulkPlans>();
        services.AddSingleton<PlanOrders>();
        services.AddSingleton<PlanQueries>();
        services.AddSingleton<CreditLots>();
        services.AddSingleton<OrderPayments>();
        services.AddSingleton<CreditQueries>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<TokenQueries>();
        services.AddSingleton<TokenGate>();
        services.AddSingleton<AccountUsage>();
        services.AddSingleton<UpstreamSettings>();
        services.AddSingleton<NativeUsage>();
        services.AddSingleton<Reconciliation>();
        services.AddSingleton<ConversionJobs>();
        services.AddSingleton<IReservationKeeper>(provider => provider.GetRequiredService<ConversionJobs>());
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<LedgerVerifier>();
        services.AddSingleton<UsageRecorder>();
        services.AddSingleton<LedgerCorrections>();
        services.AddSingleton<LedgerExport>();
        services.AddSingleton<MyLedger>();
        services.AddSingleton<TokenActivities>();
        services.AddSingleton<UsageImports>();
        services.AddSingleton<ConverterReserves>();
        services.AddSingleton<UsageAlerts>();
        services.AddSingleton<History>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<AuditSealing>();
        services.AddSingleton<UserAccounts>();
        services.TryAddSingleton(new RetentionSettings());
        services.AddSingleton<PersonalData>();
        services.AddSingleton<CurrencyRates>();
        services.AddSingleton<RateCards>();
        services.AddSingleton<InvoiceRun>();
        services.AddSingleton<MonthEnd>();
        services.AddSingleton<MonthEndWork>();
        services.AddSingleton<InvoiceSchedules>();
        services.AddSingleton<ContractEnds>();
        services.AddSingleton<CustomerCurrencies>();
        services.TryAddSingleton(new PortalAddress(""));
        services.AddSingleton<Invoices>();
        services.AddSingleton<InvoiceSettings>();
        services.AddSingleton<Logos>();
        services.AddSingleton<CreditNotes>();
        services.AddSingleton<InvoiceQueries>();
        services.AddSingleton<ClaimVerifier>();
        services.AddSingleton<DunningPolicies>();
        services.AddSingleton<AccountPauses>();
        services.AddSingleton<LetterTemplates>();
        services.AddSingleton<Deliveries>();
        services.AddSingleton<InvoicePayments>();
        services.AddSingleton<BalancePayments>();
        services.AddSingleton<TransferGateway>();
        services.AddSingleton<MerchantKeys>();
        services.AddSingleton<PaymentAccounts>();
        services.AddSingleton<ReversalBook>();
        services.AddSingleton<CheckoutBook>();
        services.AddSingleton<CheckoutDesk>();
        services.AddSingleton<AutomaticCollection>();
        services.AddSingleton<Refunds>();
        services.AddSingleton<SubscriptionBook>();
        services.AddSingleton<PlanSubscriptions>();
        services.AddSingleton<TopUps>();
        services.AddSingleton<PaymentSync>();
        services.AddSingleton<ProviderEvents>();
        services.AddSingleton<PaymentReconciliation>();
        services.AddSingleton<BankReceipts>();
        services.AddSingleton<BalanceVerifier>();
        services.AddSingleton<PrepaidTerms>();
        services.AddSingleton<BalanceQueries>();
        services.AddSingleton<IPrepaidCoverage, PrepaidCoverage>();
        services.AddSingleton<ResellerDashboard>();
        services.AddSingleton<CustomerQueries>();
        services.AddSingleton<InvoiceTimeline>();
        services.AddSingleton<IssuedDocuments>();
        services.AddSingleton<MonthClose>();
        services.AddSingleton<Bookings>();
        services.AddSingleton<Statements>();
        services.AddSingleton<PriceSimulator>();
        services.AddSingleton<MyUsage>();
        return services;
    }

    /// <summary>The meter and its background work, for hosts that serve requests.</summary>
    public static IServiceCollection AddPortalMeter(this IServiceCollection services)
    {
        services.AddSingleton<Meter>();
        services.AddHostedService<MeterWriter>();
        services.AddSingleton<ReservationSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ReservationSweeper>());
        services.AddSingleton<ExpiryNotes>();
        services.AddHostedService(provider => provider.GetRequiredService<ExpiryNotes>());
        services.AddSingleton<ScheduledInvoiceRuns>();
        services.AddHostedService(provider => provider.GetRequiredService<ScheduledInvoiceRuns>());
        services.AddHostedService<AlertMail>();
        services.AddSingleton<Retention>();
        services.AddHostedService(provider => provider.GetRequiredService<Retention>());
        services.AddHostedService(provider => provider.GetRequiredService<AuditSealing>());
        services.AddHostedService(provider => provider.GetRequiredService<AutomaticCollection>());
        services.AddSingleton<SubscriptionWork>();
        services.AddHostedService(provider => provider.GetRequiredService<SubscriptionWork>());
        services.AddHostedService<PaymentEventWork>();
        services.AddSingleton<DunningWork>();
        services.AddHostedService(provider => provider.GetRequiredService<DunningWork>());
        services.AddSingleton<DeliveryWork>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWork>());
        return services;
    }
}
