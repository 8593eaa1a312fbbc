/** Recurrent networks: the operators that are functions of `torch` only. */
export { gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell } from "./cells.ts";
export { gru, lstm, rnn_relu, rnn_tanh } from "./recurrent.ts";
