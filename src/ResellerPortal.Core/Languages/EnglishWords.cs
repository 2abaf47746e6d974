namespace ResellerPortal.Core.Languages;

internal static class EnglishWords
{
    public static DocumentWords Of { get; } = new()
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
        InYourFavour = "In your favour",
        AmountCredited = "Amount credited",
        VatId = "VAT id {0}",
        ConversionsPerDay = "Conversions per day",
        BusiestDay = "busiest day {0} conversions",
        Description = "Description",
        Quantity = "Quantity",
        UnitPrice = "Unit price",
        Tax = "Tax",
        TaxableAmount = "Taxable amount",
        Amount = "Amount",
        NetTotal = "Net total",
        Total = "Total",
        StandardRate = "Standard rate",
        ReverseCharge = "Reverse charge",
        Exempt = "Exempt",
        Export = "Export",
        NotSubject = "Not subject to tax",
        CostNote = "Our own cost of the conversions on this invoice is {0}.",
        InOwnCurrency = "In {0}: {1} before tax, {2} tax, at {3}.",
        Payment = "Payment",
        PleasePay = "Please pay {0} by {1}, with the reference {2}.",
        NothingToPay = "Nothing is to be paid. {0} are in your favour, for usage that was corrected after it was billed.",
        PaidFromBalance = "Paid from your balance",
        AllPaidFromBalance = "Paid from your balance. Nothing is left to pay.",
        AccountHolder = "Account holder",
        Reference = "Reference",
        PayOnline = "Pay online",
        ScanToPay = "Scan to pay",
        Credit = "Credit",
        TakenBack = "{0} of invoice {1} of {2} are taken back.",
        Reason = "Reason: {0}",
        LedgerRange = "Bills usage ledger entries {0} to {1}. Hash of the last:",
        LedgerNothingNew = "Bills no new usage; the ledger is billed through entry {0}. Its hash:",
        LedgerOfCredit = "Credits invoice {0}, which bills usage up to ledger entry {1}. Its hash:",
        Verify = "To verify: sign in at {0}, save your ledger there and run the program beside it.",
        ThePortal = "your portal",
        PageOf = "{0} · page {1} of {2}",
        UsageByToken = "Usage by API token and day",
        Conversions = "{0} conversions",
        Statement = "Statement of account",
        AccountOf = "Account of",
        OwedBefore = "Owed before",
        Owed = "Owed",
        DayOfEntry = "Day",
        Document = "Document",
        LateFeeFor = "Late fee for {0}",
        PaymentReturned = "Payment returned",
        CreditedBefore = "Credited before with {0}",
        WrittenOffOf = "Written off of {0}",
        PaymentFor = "Payment for {0}",
        PaidIn = "Paid into the balance",
        PaidBack = "Paid back from the balance",
        DocumentFor = "{0} for {1}",
        Included = "included",
        Packages = "Packages of {0} conversions",
        Discount = "Discount",
        MinimumDifference = "Difference to the minimum charge",
        MonthlyFee = "Monthly fee",
        LateFrom = "late, from {0}",
        WhyReverseCharge = "Reverse charge: the customer owes the tax (Article 196 of Council Directive 2006/112/EC).",
        WhyExport = "Export: no tax is charged.",
        WhyNotSubject = "Not subject to tax.",
        WhyOutsideTheUnion =
            "Not subject to tax here: supplied where the customer is established (Article 44 of Council Directive 2006/112/EC).",
        WhyNotRegistered = "The seller is not registered for tax.",
        InvoiceSubject = "Invoice {number} from {seller}",
        InvoiceLetter = """
            Dear {customer},

            please find attached our invoice {number} for {period}.
            Amount due: {open}, by {due}.

            You also find it, with your usage, at {link}.

            Kind regards
            {seller}
            """,
        CreditNoteSubject = "Credit note {number} from {seller}",
        CreditNoteLetter = """
            Dear {customer},

            please find attached our credit note {number} of {total}.

            You also find it at {link}.

            Kind regards
            {seller}
            """,
        ReminderSubject = "Reminder: invoice {number} was due on {due}",
        ReminderLetter = """
            Dear {customer},

            perhaps it slipped your attention: our invoice {number} was due on {due}, and {open} are still open. You find it attached once more.

            If you have paid in the meantime, please take no notice of this letter.

            Kind regards
            {seller}
            """,
        SecondReminderSubject = "Second reminder: invoice {number}",
        SecondReminderLetter = """
            Dear {customer},

            our invoice {number}, due on {due}, has still not been paid. {open} are open, late fees of {fee} included.

            Please pay within a week, or write to us if something is in the way.

            Kind regards
            {seller}
            """,
        FinalNoticeSubject = "Last reminder: invoice {number}",
        FinalNoticeLetter = """
            Dear {customer},

            in spite of our reminders {open} of our invoice {number}, due on {due}, are still open. Late fees in it: {fee}.

            Please pay at once. Conversions under your account can be paused until it is paid; you see its state at {link}.

            Kind regards
            {seller}
            """,
    };
}
