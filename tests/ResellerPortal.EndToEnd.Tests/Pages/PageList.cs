namespace ResellerPortal.EndToEnd.Tests.Pages;

/// <summary>Every page of the portal. A test compares the list with the pages' own routes.</summary>
internal static class PageList
{
    /// <summary>Dialogs that need more than the demonstration has: a mail server, a payment provider or an imported statement.</summary>
    public static readonly string[] NeedOtherServices =
        ["SendDialog", "UpgradeDialog", "RefundDialog", "PayInvoiceDialog", "BankTransactionDialog"];

    public static readonly PageCase[] All =
    [
        new(Viewer.Visitor, "/account/sign-in"),
        new(Viewer.Visitor, "/account/forgot"),
        new(Viewer.Visitor, "/account/reset"),
        new(Viewer.Visitor, "/account/invitation") { Record = portal => portal.Invitation },
        new(Viewer.Visitor, "/account/invitation") { State = "no longer valid" },
        new(Viewer.Visitor, "/account/two-factor"),
        new(Viewer.Visitor, "/account/privacy"),
        new(Viewer.Visitor, "/account/not-found"),
        new(Viewer.Visitor, "/account/error"),
        new(Viewer.Visitor, "/account/denied"),
        new(Viewer.Visitor, "/pay/{Key}") { Record = portal => portal.PayKey },

        new(Viewer.Operator, "/operator"),
        new(Viewer.Operator, "/operator/orders") { Dialogs = [("Confirm payment", "ConfirmOrderDialog")] },
        new(Viewer.Operator, "/operator/plans") { Dialogs = [("Add a plan", "PlanDialog")] },
        new(Viewer.Operator, "/operator/resellers") { Dialogs = [("Add a reseller", "ResellerDialog")] },
        new(Viewer.Operator, "/operator/resellers/{Id:guid}")
        {
            Record = portal => portal.Reseller,
            Dialogs = [("Set overage", "OverageDialog"), ("Adjust", "AdjustLotDialog")],
        },
        new(Viewer.Operator, "/operator/payments"),
        new(Viewer.Operator, "/operator/health"),
        new(Viewer.Operator, "/operator/reconciliation"),
        new(Viewer.Operator, "/operator/converters") { Dialogs = [("Add converter", "ConverterDialog")] },
        new(Viewer.Operator, "/operator/team") { Dialogs = [("Invite a member", "InviteDialog")] },
        new(Viewer.Operator, "/operator/history"),
        new(Viewer.Operator, "/dev/components") { Dialogs = [("Secret", "SecretDialog"), ("Confirmation", "MessageBox")] },
        new(Viewer.Operator, "/account"),
        new(Viewer.Operator, "/account/verify"),
        new(Viewer.Operator, "/account/memberships"),

        new(Viewer.Reseller, "/reseller"),
        new(Viewer.Reseller, "/reseller/customers") { Dialogs = [("Add a customer", "CustomerDialog")] },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}")
        {
            Record = portal => portal.Customer,
            Dialogs =
            [
                ("Edit details", "CustomerDialog"),
                ("End contract", "ContractEndDialog"),
                ("View as customer", "SupportSessionDialog"),
            ],
        },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/tokens")
        {
            Record = portal => portal.Customer,
            Dialogs =
            [
                ("Issue token", "TokenDialog"),
                ("Edit", "EditTokenDialog"),
                ("Rotate", "RotateDialog"),
                ("Report leak", "RevokeLeakedTokenDialog"),
                ("Revoke", "MessageBox"),
            ],
        },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/tokens/{TokenId:guid}")
        {
            Record = portal => $"{portal.Customer} {portal.Token}",
        },
        new(Viewer.Reseller, "/reseller/token-templates") { Dialogs = [("Add template", "TokenTemplateDialog")] },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/pricing") { Record = portal => portal.Customer },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/usage") { Record = portal => portal.Customer },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/invoices") { Record = portal => portal.Customer },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/activity") { Record = portal => portal.Customer },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/balance")
        {
            Record = portal => portal.PrepaidCustomer,
            Dialogs = [("Record a top-up", "BalanceDialog")],
        },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/statement") { Record = portal => portal.Customer },
        new(Viewer.Reseller, "/reseller/customers/{Id:guid}/people")
        {
            Record = portal => portal.Customer,
            Dialogs = [("Invite a member", "InviteDialog"), ("Erase personal data", "EraseDialog")],
        },
        new(Viewer.Reseller, "/reseller/pricing"),
        new(Viewer.Reseller, "/reseller/currencies") { Dialogs = [("Add a rate", "CurrencyRateDialog")] },
        new(Viewer.Reseller, "/reseller/plans") { Dialogs = [("Order", "MessageBox"), ("Pay", "PayOrderDialog")] },
        new(Viewer.Reseller, "/reseller/ledger") { Dialogs = [("Correct", "CorrectionDialog")] },
        new(Viewer.Reseller, "/reseller/import"),
        new(Viewer.Reseller, "/reseller/reconciliation"),
        new(Viewer.Reseller, "/reseller/month-end") { Dialogs = [("Set schedule", "ScheduleDialog")] },
        new(Viewer.Reseller, "/reseller/invoices"),
        new(Viewer.Reseller, "/reseller/invoices/{Id:guid}")
        {
            Record = portal => portal.UnpaidInvoice,
            Dialogs =
            [
                ("Issue a credit note", "CreditDialog"),
                ("Void", "VoidDialog"),
                ("Write off", "WriteOffDialog"),
                ("Record a payment", "PaymentDialog"),
            ],
        },
        new(Viewer.Reseller, "/reseller/month-close") { Dialogs = [("Accounting export > Account numbers…", "JournalAccountsDialog")] },
        new(Viewer.Reseller, "/reseller/vat-report"),
        new(Viewer.Reseller, "/reseller/year-archive"),
        new(Viewer.Reseller, "/reseller/bank"),
        new(Viewer.Reseller, "/reseller/payments"),
        new(Viewer.Reseller, "/reseller/gateway"),
        new(Viewer.Reseller, "/reseller/invoice-settings"),
        new(Viewer.Reseller, "/reseller/emails"),
        new(Viewer.Reseller, "/reseller/team") { Dialogs = [("Invite a member", "InviteDialog")] },
        new(Viewer.Reseller, "/reseller/history"),

        new(Viewer.Customer, "/my"),
        new(Viewer.Customer, "/my/tokens") { Dialogs = [("Issue token", "TokenDialog")] },
        new(Viewer.Customer, "/my/tokens/{TokenId:guid}") { Record = portal => portal.Token },
        new(Viewer.Customer, "/my/quick-start"),
        new(Viewer.Customer, "/my/ledger"),
        new(Viewer.Customer, "/my/invoices"),
        new(Viewer.Customer, "/my/invoices/{Id:guid}") { Record = portal => portal.CustomerInvoice },
        new(Viewer.Customer, "/my/statement"),
        new(Viewer.Customer, "/my/balance"),
        new(Viewer.Customer, "/my/team") { Dialogs = [("Invite a member", "InviteDialog")] },
    ];
}
