namespace ResellerPortal.Core.Languages;

internal static class EnglishWords
{
    public static DocumentWords Instance { get; } = new()
    {
        Invoice = "Invoice",
        CreditNote = "Credit note",
        BilledTo = "Billed to",
        Issued = "Issued",
        Due = "Due",
        AgainstInvoice = "Against invoice",
        Period = "Period",
        BuyerReference = "Your reference",
        AmountDue = "Amount due",
        CreditBalance = "Credit balance",
        AmountCredited = "Amount credited",
        VatId = "VAT ID {0}",
        RegistrationNumber = "Registration no. {0}",
        TaxNumber = "Tax no. {0}",
        ConversionsPerDay = "Conversions per day",
        BusiestDay = "busiest day {0} conversions",
        Description = "Description",
        Quantity = "Quantity",
        UnitPrice = "Unit price",
        Tax = "Tax",
        TaxableAmount = "Taxable amount",
        Amount = "Amount",
        CarriedOver = "Carried over",
        BroughtForward = "Brought forward",
        NetTotal = "Net total",
        Total = "Total",
        StandardRate = "Standard rate",
        ReverseCharge = "Reverse charge",
        Exempt = "Exempt",
        Export = "Export",
        NotSubject = "Not subject to tax",
        CostNote = "Our cost for the conversions on this invoice is {0}.",
        InOwnCurrency = "In {0}: {1} before tax, {2} tax, at {3}.",
        TaxInNationalCurrency = "Tax in {0}, the currency of our country: {1}, at {2}.",
        Payment = "Payment",
        PleasePay = "Please pay {0} by {1}, quoting reference {2}.",
        NothingToPay = "No payment is due. You have a credit of {0} because usage was corrected after billing.",
        PaidFromBalance = "Paid from your balance",
        AllPaidFromBalance = "Paid from your balance. No payment is due.",
        AccountHolder = "Account holder",
        Reference = "Reference",
        PayOnline = "Pay online",
        ScanToPay = "Scan to pay",
        Credit = "Credit",
        CreditedSentence = "{0} of invoice {1} dated {2} is credited.",
        CreditTerms = "No payment is due. The amount is offset or refunded.",
        Reason = "Reason: {0}",
        LedgerRange = "Bills usage ledger entries {0} to {1}. Hash of the last:",
        LedgerNothingNew = "Bills no new usage; the ledger is billed through entry {0}. Its hash:",
        LedgerOfCredit = "Credits invoice {0}, which bills usage through ledger entry {1}. Its hash:",
        Verify = "To verify: sign in at {0}, download your ledger and run the verification program provided there.",
        ThePortal = "your portal",
        PageOf = "{0} · page {1} of {2}",
        UsageByToken = "Usage by API token and day",
        Conversions = "{0} conversions",
        Statement = "Statement of account",
        AccountOf = "Account of",
        OpeningBalance = "Opening balance",
        Owed = "Balance",
        DayOfEntry = "Date",
        Document = "Document",
        LateFeeFor = "Late fee for {0}",
        PaymentReturned = "Payment returned",
        CreditedBefore = "Previously credited with {0}",
        WrittenOffOf = "Write-off of {0}",
        PaymentFor = "Payment for {0}",
        BalanceTopUp = "Paid into the balance",
        BalanceRefund = "Refunded from the balance",
        DocumentFor = "{0} for {1}",
        Included = "included",
        Packages = "Packages of {0} conversions",
        Discount = "Discount",
        MinimumDifference = "Minimum charge adjustment",
        MonthlyFee = "Monthly fee",
        LateFrom = "late, from {0}",
        WhyReverseCharge = "Reverse charge: the customer owes the tax (Article 196 of Council Directive 2006/112/EC).",
        WhyExport = "Export: no tax is charged.",
        WhyNotSubject = "Not subject to tax.",
        WhyOutsideTheUnion =
            "Not subject to tax here: supplied where the customer is established (Article 44 of Council Directive 2006/112/EC).",
        WhyNotRegistered = "The seller is not registered for tax.",
        InvoiceSubject = "Invoice {number} from {seller}",
        InvoiceEmail = """
            Dear {customer},

            please find attached our invoice {number} for {period}.
            Amount due: {open}, by {due}.

            You can also find it, with your usage, at {link}.

            Kind regards
            {seller}
            """,
        CreditNoteSubject = "Credit note {number} from {seller}",
        CreditNoteEmail = """
            Dear {customer},

            please find attached our credit note {number} for {total}.

            You can also find it at {link}.

            Kind regards
            {seller}
            """,
        ReminderSubject = "Reminder: invoice {number} was due on {due}",
        ReminderEmail = """
            Dear {customer},

            this is a friendly reminder that our invoice {number} was due on {due} and {open} is still outstanding. A copy is attached.

            If you have already paid, please disregard this email.

            Kind regards
            {seller}
            """,
        SecondReminderSubject = "Second reminder: invoice {number}",
        SecondReminderEmail = """
            Dear {customer},

            our invoice {number}, due on {due}, has still not been paid. {open} is outstanding, including late fees of {fee}.

            Please pay within a week, or contact us if there is a problem.

            Kind regards
            {seller}
            """,
        FinalNoticeSubject = "Final notice: invoice {number}",
        FinalNoticeEmail = """
            Dear {customer},

            despite our reminders, {open} of our invoice {number}, due on {due}, is still outstanding, including late fees of {fee}.

            Please pay immediately. Conversions under your account may be paused until it is paid; see its status at {link}.

            Kind regards
            {seller}
            """,
    };
}
