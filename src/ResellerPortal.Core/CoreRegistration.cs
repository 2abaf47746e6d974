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

        services.AddSingleton<Memberships>();
        services.AddSingleton<MembershipDirectory>();
        services.AddSingleton<UserSessionService>();
        services.AddSingleton<InvitationLinks>();
        services.AddSingleton<InvitationService>();
        services.AddSingleton<TeamService>();
        services.AddSingleton<SupportSessionService>();
        services.AddSingleton<ResellerService>();
        services.AddSingleton<CustomerService>();
        services.AddSingleton<BulkPlanService>();
        services.AddSingleton<PlanOrderService>();
        services.AddSingleton<PlanQueries>();
        services.AddSingleton<CreditLotService>();
        services.AddSingleton<OrderPaymentService>();
        services.AddSingleton<CreditQueries>();
        services.AddSingleton<ApiTokenService>();
        services.AddSingleton<TokenQueries>();
        services.AddSingleton<TokenAuthenticator>();
        services.AddSingleton<AccountUsageQueries>();
        services.AddSingleton<UpstreamSettingsService>();
        services.AddSingleton<NativeUsageRecorder>();
        services.AddSingleton<ReconciliationService>();
        services.AddSingleton<ConversionJobStore>();
        services.AddSingleton<IReservationOwner>(provider => provider.GetRequiredService<ConversionJobStore>());
        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<LedgerVerifier>();
        services.AddSingleton<UsageRecorder>();
        services.AddSingleton<LedgerCorrectionService>();
        services.AddSingleton<LedgerExporter>();
        services.AddSingleton<CustomerLedgerQueries>();
        services.AddSingleton<TokenActivityQueries>();
        services.AddSingleton<UsageImporter>();
        services.AddSingleton<ConverterReserveService>();
        services.AddSingleton<UsageAlertQueries>();
        services.AddSingleton<HistoryQueries>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<AuditSealingWorker>();
        services.AddSingleton<UserAccountService>();
        services.TryAddSingleton(new RetentionSettings());
        services.AddSingleton<PersonalDataService>();
        services.AddSingleton<CurrencyRateService>();
        services.AddSingleton<RateCardService>();
        services.AddSingleton<InvoiceDrafter>();
        services.AddSingleton<MonthEndReview>();
        services.AddSingleton<MonthEndRunner>();
        services.AddSingleton<InvoiceScheduleService>();
        services.AddSingleton<ContractEndService>();
        services.AddSingleton<CustomerCurrencyService>();
        services.TryAddSingleton(new PortalAddress(""));
        services.AddSingleton<InvoiceFinalizer>();
        services.AddSingleton<InvoiceSettingsService>();
        services.AddSingleton<LogoService>();
        services.AddSingleton<CreditNoteService>();
        services.AddSingleton<InvoiceQueries>();
        services.AddSingleton<ClaimVerifier>();
        services.AddSingleton<DunningPolicyService>();
        services.AddSingleton<AccountPausePolicy>();
        services.AddSingleton<EmailTemplateService>();
        services.AddSingleton<DeliveryService>();
        services.AddSingleton<InvoicePaymentService>();
        services.AddSingleton<BalancePaymentService>();
        services.AddSingleton<TransferGateway>();
        services.AddSingleton<MerchantKeyStore>();
        services.AddSingleton<PaymentAccountService>();
        services.AddSingleton<ReversalSynchronizer>();
        services.AddSingleton<CheckoutSynchronizer>();
        services.AddSingleton<CheckoutService>();
        services.AddSingleton<AutomaticCollection>();
        services.AddSingleton<OnlineRefundService>();
        services.AddSingleton<SubscriptionSynchronizer>();
        services.AddSingleton<PlanSubscriptionService>();
        services.AddSingleton<TopUpService>();
        services.AddSingleton<PaymentEventDispatcher>();
        services.AddSingleton<WebhookInbox>();
        services.AddSingleton<PaymentReconciler>();
        services.AddSingleton<BankStatementService>();
        services.AddSingleton<BalanceVerifier>();
        services.AddSingleton<PrepaidTermsService>();
        services.AddSingleton<BalanceQueries>();
        services.AddSingleton<IPrepaidCoverage, PrepaidCoverageService>();
        services.AddSingleton<ResellerDashboardQueries>();
        services.AddSingleton<CustomerQueries>();
        services.AddSingleton<InvoiceTimelineQueries>();
        services.AddSingleton<IssuedDocumentQueries>();
        services.AddSingleton<MonthCloseQueries>();
        services.AddSingleton<JournalExport>();
        services.AddSingleton<AccountStatements>();
        services.AddSingleton<PriceSimulator>();
        services.AddSingleton<CustomerUsageQueries>();
        return services;
    }

    /// <summary>The meter and its background work, for hosts that serve requests.</summary>
    public static IServiceCollection AddPortalMeter(this IServiceCollection services)
    {
        services.AddSingleton<Meter>();
        services.AddHostedService<MeterWriter>();
        services.AddSingleton<ReservationSweeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ReservationSweeper>());
        services.AddSingleton<ExpiryWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ExpiryWorker>());
        services.AddSingleton<AutomaticInvoicingWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<AutomaticInvoicingWorker>());
        services.AddHostedService<UsageAlertWorker>();
        services.AddSingleton<RetentionWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<RetentionWorker>());
        services.AddHostedService(provider => provider.GetRequiredService<AuditSealingWorker>());
        services.AddHostedService(provider => provider.GetRequiredService<AutomaticCollection>());
        services.AddSingleton<SubscriptionWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<SubscriptionWorker>());
        services.AddHostedService<WebhookInboxWorker>();
        services.AddSingleton<DunningWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DunningWorker>());
        services.AddSingleton<DeliveryWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
        return services;
    }
}
